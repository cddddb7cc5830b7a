/** The part of the paragraph about people: who signed, who said no, who was asked and did not answer, who stepped in. */
import type { Told } from './look.ts'
import { look, quoted, raw, word } from './look.ts'
import { all, last, sinceVoid } from './pick.ts'
import { list, quote } from './quote.ts'
import { whyClosed } from './says-proposal.ts'
import { signer } from './signers.ts'

export function sayPeople(whole: readonly Told[]): string[] {
  const life = sinceVoid(whole)
  return [
    ...saySigned(life),
    ...sayRefused(life),
    ...sayNo(life),
    ...sayUnanswered(life),
    ...sayInterrupts(life),
  ]
}

function saySigned(life: readonly Told[]): string[] {
  const signed = [...new Set(all(life, 'approved').map(({ state }) => signer(state, 'signed')))]
  const granted = last(life, 'granted')
  if (granted === null) {
    if (signed.length === 0) return []
    return [`Only ${list(signed)} signed, which was not enough.`]
  }
  if (signed.length > 0) return [`${list(signed)} signed exactly this plan.`]
  return look(last(life, 'decided')?.state, 'decision.outcome') === 'auto'
    ? ['No signature was needed, because policy lets this run alone.']
    : ['It was granted without any recorded signature.']
}

function sayRefused(life: readonly Told[]): string[] {
  return all(life, 'approval-refused')
    .slice(0, 3)
    .map(
      ({ state }) =>
        `A signature of ${quoted(state, 'person')} did not count (${word(state, 'code')}): ${quoted(state, 'says')}.`,
    )
}

function sayNo(life: readonly Told[]): string[] {
  return all(life, 'denied').map(({ state }) => `${signer(state, 'signed')} said no, and nothing was done.`)
}

function sayUnanswered(life: readonly Told[]): string[] {
  const closed = last(life, 'approval-closed')
  if (closed === null) return []
  const climbed = all(life, 'approval-escalated').map(({ state }) => quoted(state, 'role'))
  const also = climbed.length === 0 ? '' : `, although role ${list(climbed)} was asked as well`
  return [`The request for signatures was closed because ${whyClosed(raw(closed.state, 'why'))}${also}.`]
}

function sayInterrupts(life: readonly Told[]): string[] {
  return all(life, 'interrupted').map(({ state }) => {
    const how = look(state, 'how')
    const what = typeof how === 'string' && Object.hasOwn(HOW, how) ? HOW[how] : undefined
    return `${signer(state, 'signed')} ${what ?? `stepped in (${quote(String(how))})`}.`
  })
}

const HOW: Readonly<Record<string, string>> = {
  abort: 'ordered it to stop',
  reverse: 'ordered it to be taken back',
  take: 'took it over',
}

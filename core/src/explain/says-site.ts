/** Sentences for what happens to the site itself. */
import type { SiteEvent } from '../audit/site-event.ts'
import type { Json } from '../kernel/json.ts'
import { count, look, maybe, quoted, short, word } from './look.ts'
import { signers } from './signers.ts'
import { utc } from './time.ts'

export const SITE_SENTENCES: Record<SiteEvent['type'], (state: Json) => string> = {
  'trust-recorded': (state) =>
    `Version ${word(state, 'body.version')} of the trust chain was recorded, signed by ${signers(state, 'acts')}.`,
  'policy-published': (state) => published('Policy', state),
  'runbook-published': (state) => published('Runbook', state),
  'hold-set': (state) =>
    `${quoted(state, 'signed.person')} put a hold on ${scope(state)} until ${utc(count(state, 'until'))}.`,
  'hold-lifted': (state) => `${quoted(state, 'signed.person')} lifted hold ${quoted(state, 'id')}.`,
  'hold-overdue': (state) =>
    `The end of hold ${quoted(state, 'id')} has come; it goes on holding until a person lifts it.`,
  'log-started': (state) =>
    `The log ${quoted(state, 'origin')} was started as incarnation ${word(state, 'incarnation')}.`,
  'log-reincarnated': (state) =>
    `The log went on as incarnation ${word(state, 'incarnation')} after ${word(state, 'previous.size')} entries of incarnation ${word(state, 'previous.incarnation')}, signed by ${signers(state, 'acts')}.`,
  'signal-set-aside': (state) => `A signal was set aside because ${maybe(state, 'because') ?? '?'}.`,
  'payload-erased': (state) =>
    `The private payload of entry ${word(state, 'seq')} of stream ${quoted(state, 'stream')} was erased.`,
}

function published(what: string, state: Json): string {
  return `${what} ${quoted(state, 'id')} (${short(state, 'digest')}) was published, signed by ${signers(state, 'acts')}.`
}

function scope(state: Json): string {
  const kind = look(state, 'scope.kind')
  if (kind === 'everything') return 'everything'
  if (kind === 'area' || kind === 'service' || kind === 'runbook')
    return `${kind} ${quoted(state, 'scope.id')}`
  return `scope ${quoted(state, 'scope.kind')}`
}

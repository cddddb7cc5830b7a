/** Publishes a text: signed by everyone whose key is given, kept beside the file, and sent to the server. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { SignedAct } from '@countersign/core/act/act'
import type { Json } from '@countersign/core/kernel/json'
import type { Trust } from '@countersign/core/trust/chain'
import type { Command, Given } from '../command.ts'
import { EXIT, failed, usage } from '../exit.ts'
import { FILES, readCliConfig } from '../folder/layout.ts'
import { once, openSession } from '../folder/session.ts'
import { signPublication, type What } from '../signing/sign-publication.ts'
import { openKey } from '../signing/ssh-key.ts'
import { signerOf } from '../signing/who.ts'
import { fetchTrust, verified } from '../trust/pinned.ts'
import { type PublishedText, readTexts } from './texts.ts'

export type CheckText = (
  text: PublishedText,
) => { line: number; column: number; message: string; hint: string }[]

export function publishCommand(what: What, check: CheckText): Command {
  return {
    words: ['FILE'],
    options: {
      key: { value: 'FILE', says: 'your SSH key; once per person who signs', many: true, required: true },
      'only-sign': { says: 'write the signatures beside the file, and do not send anything' },
    },
    examples: [
      `countersign ${what} publish ${what === 'policy' ? 'policies/default' : 'runbooks/restart-service'}.yaml --key ~/.ssh/id_ed25519`,
    ],
    async run(given, terminal) {
      const [text] = readTexts(what, [given.word(0)], '')
      if (text === undefined) throw usage('name one file', `countersign ${what} publish FILE`)
      const [problem] = check(text)
      if (problem !== undefined)
        throw failed(`${text.file}:${problem.line}:${problem.column}: ${problem.message}`, problem.hint)
      const trust = await trustFor(given)
      const acts = sign(given, what, text, trust)
      const beside = text.file.replace(/\.ya?ml$/, '.acts.json')
      writeFileSync(beside, `${JSON.stringify(acts, null, 2)}\n`)
      const people = acts.map(({ person }) => person)
      terminal.show(`${what} "${text.id}" ${text.digest}`)
      terminal.show(`signed by ${people.join(', ')}; signatures in ${beside}`)
      const { id, digest } = text
      if (!given.flag('only-sign')) {
        await openSession(given).client.publish({ body: { what, id, text: text.text, acts }, ...once() })
        terminal.show('published: it is in force now')
      }
      terminal.result({ what, id, digest, people, file: beside, published: !given.flag('only-sign') })
      return EXIT.done
    },
  }
}

/** Without a server the folder's own genesis counts, checked against the pin all the same. */
async function trustFor(given: Given): Promise<Trust> {
  if (!given.flag('only-sign')) {
    const { client, pin } = openSession(given)
    return fetchTrust(client, pin)
  }
  const genesis = JSON.parse(readFileSync(join(given.dir, FILES.genesis), 'utf8')) as Json
  return verified([genesis], readCliConfig(given.dir).site)
}

/** Signatures of others over the same digest, already beside the file, stay. */
function sign(given: Given, what: What, { id, digest, file }: PublishedText, trust: Trust): SignedAct[] {
  const now = Date.now()
  const choice = { person: null, role: null, wanted: ['governance'] }
  const signers = given.list('key').map((key) => signerOf(trust, openKey(key), choice, now))
  const acts = signPublication(signers, { what, id, digest }, trust.site, now)
  const subject = acts[0]?.act.subject
  const others = existing(file.replace(/\.ya?ml$/, '.acts.json')).filter(
    ({ act, person }) => act.subject === subject && !acts.some((one) => one.person === person),
  )
  return [...others, ...acts]
}

function existing(file: string): SignedAct[] {
  if (!existsSync(file)) return []
  try {
    const value: unknown = JSON.parse(readFileSync(file, 'utf8'))
    return Array.isArray(value) ? (value as SignedAct[]) : []
  } catch {
    return []
  }
}

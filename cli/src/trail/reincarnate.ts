/**
 * Goes on after a restore: people sign for the head that was published before and is now lost, so that what is
 * missing stays provable. The head comes from the file that the server keeps outside its database, or from a copy.
 */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { subjectDigest } from '@countersign/core/act/subject'
import type { Trust } from '@countersign/core/trust/chain'
import { digestOf } from '@countersign/crypto/digest-of'
import { base64 } from '@countersign/trail/bytes'
import { parseCheckpoint, readOrigin } from '@countersign/trail/checkpoint'
import { parseNote } from '@countersign/trail/note'
import type { Command, Given } from '../command.ts'
import { EXIT, failed, refused } from '../exit.ts'
import { FILES } from '../folder/layout.ts'
import { once, openSession } from '../folder/session.ts'
import { signAct } from '../signing/sign-act.ts'
import { openKey } from '../signing/ssh-key.ts'
import { signerOf } from '../signing/who.ts'
import { ask, needPerson } from '../terminal/ask.ts'
import { fetchTrust } from '../trust/pinned.ts'
import { checkNote } from './head.ts'

const HOUR = 3_600_000

export const command: Command = {
  words: [],
  options: {
    key: { value: 'FILE', says: 'SSH key of a person; two people sign', many: true, required: true },
    head: { value: 'FILE', says: 'the signed head that was published last (default: the server’s own file)' },
    yes: { says: 'sign without asking' },
  },
  examples: ['countersign trail reincarnate --key ~/.ssh/id_ed25519 --key /media/bob/id_ed25519'],
  async run(given, terminal) {
    if (!given.flag('yes')) needPerson(terminal, '--yes')
    const { client, pin } = openSession(given)
    const trust = await fetchTrust(client, pin)
    const now = await client.getLogHead({})
    if (now.state !== 'rewound')
      throw refused(`the log is ${now.state}: ${now.says}`, 'there is nothing to reincarnate')
    const head = readHead(given, trust)
    const oldHead = `${head.incarnation}/${head.size}/${head.root}`
    terminal.tell(now.says)
    terminal.tell(
      `The published head ${oldHead} is left behind; entries that the database lost stay lost, and the trail says so for ever.`,
    )
    if (!given.flag('yes') && (await ask(terminal, 'type "reincarnate" to sign:', '--yes')) !== 'reincarnate')
      throw refused('nothing was signed', 'look for a newer backup first')
    const document = { oldHead, newIncarnation: String(head.incarnation + 1) }
    const subject = subjectDigest(digestOf, 'reincarnate', document)
    const acts = given.list('key').map((key) => {
      const signer = signerOf(
        trust,
        openKey(key),
        { person: null, role: null, wanted: ['governance'] },
        Date.now(),
      )
      return signAct(signer, { act: 'reincarnate', subject, site: trust.site, notAfter: Date.now() + HOUR })
    })
    const answer = await client.reincarnate({ body: { acts }, ...once() })
    terminal.show(`the log goes on as incarnation ${head.incarnation + 1}: ${answer.origin}`)
    terminal.result(answer)
    return EXIT.done
  },
}

type Head = { incarnation: number; size: number; root: string }

function readHead(given: Given, trust: Trust): Head {
  const file = given.text('head') ?? headFiles(given.dir).find(existsSync)
  if (file === undefined)
    throw failed(
      'the file with the published head is not here',
      'name it, or any copy of the newest signed checkpoint, with --head FILE',
    )
  const note = readFileSync(file, 'utf8')
  const parsed = parseNote(note)
  const checkpoint = 'refused' in parsed ? parsed : parseCheckpoint(parsed.text)
  if ('refused' in checkpoint)
    throw failed(`"${file}" is no signed checkpoint: ${checkpoint.refused}`, 'name another file')
  const incarnation = readOrigin(checkpoint.origin)?.incarnation ?? 0
  checkNote(note, trust, incarnation)
  return { incarnation, size: checkpoint.size, root: base64(checkpoint.root) }
}

/** Beside the key that signs the log: outside the database on purpose. */
function headFiles(dir: string): string[] {
  return [join(dir, FILES.logKey, '..', 'published-head')]
}

/** Signs acts by hand with `ssh-keygen`, as a tool of someone else's would: also such as our own tool refuses to sign. */
import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Act, ActName, SignedAct } from '@countersign/core/act/act'
import type { DocumentedAct, Subjects } from '@countersign/core/act/subject'
import { subjectDigest } from '@countersign/core/act/subject'
import type { Digest } from '@countersign/core/kernel/digest'
import { canonicalBytes, digestOf } from '@countersign/crypto/digest-of'
import type { PersonId, Stage } from './stage.ts'

export type Wording = Pick<Act, 'act' | 'subject' | 'role'> &
  Partial<Pick<Act, 'site' | 'notAfter' | 'nonce'>> & {
    /** Signed in another namespace than its own. */
    namespace?: string
  }

const HOUR = 3_600_000

export function signAct(stage: Stage, person: PersonId, wording: Wording): SignedAct {
  const { act: name, subject, role, site, notAfter, nonce, namespace } = wording
  const act: Act = {
    v: 1,
    act: name,
    subject,
    site: site ?? siteOf(stage),
    role,
    notAfter: notAfter ?? Date.now() + HOUR,
    nonce: nonce ?? randomBytes(16).toString('hex'),
  }
  const key = stage.keyOf(person)
  const [type, blob] = readFileSync(`${key}.pub`, 'utf8').split(' ')
  const args = ['-Y', 'sign', '-q', '-f', key, '-n', namespace ?? `${name}@countersign`]
  const input = canonicalBytes(act)
  const signature = execFileSync('ssh-keygen', args, { input, encoding: 'utf8' })
  return { act, person, key: `${type} ${blob?.trim()}`, signature }
}

export function aboutOf<A extends DocumentedAct & ActName>(act: A, document: Subjects[A]): Digest {
  return subjectDigest(digestOf, act, document)
}

function siteOf(stage: Stage): Digest {
  return (JSON.parse(readFileSync(`${stage.dir}/cli.json`, 'utf8')) as { site: Digest }).site
}

export function tokenOf(stage: Stage, name: 'cli' | 'agent' | 'alertmanager'): string {
  return readFileSync(`${stage.dir}/secrets/${name}.token`, 'utf8').trim()
}

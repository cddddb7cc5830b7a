/**
 * What is in force: one policy, and every published runbook by its digest. A text counts only with people's signatures
 * over its digest; what changed on disk without them stays out, and says so.
 */

import type { SignedAct } from '@countersign/core/act/act'
import { checkPublished, publishedDigest } from '@countersign/core/approval/published'
import type { Digest } from '@countersign/core/kernel/digest'
import type { Policy } from '@countersign/core/policy/policy'
import type { Runbook } from '@countersign/core/runbook/runbook'
import { digestOf } from '@countersign/crypto/digest-of'
import { verifyAct } from '@countersign/crypto/verify-act'
import { readPolicy } from '@countersign/language/policy/read'
import { readRunbook } from '@countersign/language/runbook/read'
import type { TrustHolder } from '../trust/holder.ts'

export type Text = { what: 'policy' | 'runbook'; id: string; digest: Digest; text: string; acts: SignedAct[] }
export type PublishedPolicy = Text & { policy: Policy; authors: string[] }
export type PublishedRunbook = Text & { runbook: Runbook; authors: string[] }

export type Published = {
  policy(): PublishedPolicy | null
  /** The newest version of a runbook, or exactly the digest asked for. */
  runbook(id: string, digest?: Digest): PublishedRunbook | null
  runbooks(): PublishedRunbook[]
  /**
   * Reads a text that checks and is rightly signed; `enforce` puts it in force here, or (false) only keeps it for plans
   * that name its digest. Says why not otherwise.
   */
  take(
    text: Omit<Text, 'digest'>,
    trust: TrustHolder,
    now: number,
  ): { taken: Text; enforce(isNewest?: boolean): void } | { refused: string }
}

export function createPublished(): Published {
  const policies: PublishedPolicy[] = []
  const runbooks = new Map<string, PublishedRunbook>()
  const newest = new Map<string, Digest>()
  return {
    policy: () => policies.at(-1) ?? null,
    runbook: (id, digest) => runbooks.get(`${id} ${digest ?? newest.get(id) ?? ''}`) ?? null,
    runbooks: () => [...newest].flatMap(([id, digest]) => runbooks.get(`${id} ${digest}`) ?? []),
    take(given, trust, now) {
      const text: Text = { ...given, digest: publishedDigest(digestOf, given.what, given.text) }
      const answer = checkPublished(text, { trust: trust.current(), now, verify: verifyAct, digestOf })
      if (!answer.ok) return { refused: answer.says }
      const { authors } = answer
      const read = given.what === 'policy' ? readPolicyText(text) : readRunbookText(text)
      if ('refused' in read) return read
      const enforce = (isNewest = true) => {
        if ('policy' in read) {
          if (isNewest) policies.push({ ...text, authors, policy: read.policy })
        } else {
          runbooks.set(`${text.id} ${text.digest}`, { ...text, authors, runbook: read.runbook })
          if (isNewest) newest.set(text.id, text.digest)
        }
      }
      return { taken: text, enforce }
    },
  }
}

function readPolicyText({ id, text }: Text): { policy: Policy } | { refused: string } {
  const read = readPolicy(`${id}.yaml`, text, digestOf)
  return 'problems' in read ? { refused: say(read.problems) } : { policy: read.value }
}

function readRunbookText({ id, text }: Text): { runbook: Runbook } | { refused: string } {
  const read = readRunbook(`${id}.yaml`, text)
  if ('problems' in read) return { refused: say(read.problems) }
  return read.value.id === id
    ? { runbook: read.value }
    : { refused: `expected runbook "${id}", the text says "${read.value.id}"` }
}

function say(problems: { line: number; column: number; message: string }[]): string {
  return problems.map(({ line, column, message }) => `${line}:${column} ${message}`).join('; ')
}

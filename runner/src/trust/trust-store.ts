/**
 * Whom this runner believes: the chain from its pinned genesis, never older than the newest it has seen, never
 * another branch, and without the keys that were revoked here.
 */
import type { Verify } from '@countersign/core/act/vouch'
import type { Digest, DigestOf } from '@countersign/core/kernel/digest'
import type { Instant } from '@countersign/core/kernel/instant'
import type { Json } from '@countersign/core/kernel/json'
import type { Trust } from '@countersign/core/trust/chain'
import { withoutKeys } from '@countersign/core/trust/lookup'
import { verifyChain } from '@countersign/core/trust/verify-chain'
import { RunnerFault } from '../fault.ts'
import { writeDurably } from '../journal/durable.ts'
import type { Journal } from '../journal/journal.ts'
import { ownChainFile, readChainFile } from './chain-file.ts'
import { readRevoked } from './revoked.ts'

export type TrustStore = {
  /** The chain that holds now, or why none does (expired, for example). */
  current(now: Instant): { trust: Trust } | { refused: string }
  /** The newest version held, whether expired or not. */
  version(): number
  /** Takes a longer chain, durably. The same chain again is fine; an older one or another branch is refused. */
  take(chain: readonly Json[], now: Instant): { ok: true } | { refused: string }
}

export type TrustChecks = { verify: Verify; digestOf: DigestOf }

/** Throws `RunnerFault` where pin, journal and file contradict each other. */
export function openTrust(
  at: { state: string; genesis: Digest; chainFile: string },
  journal: Journal,
  checks: TrustChecks,
): TrustStore {
  if (journal.state.genesis !== at.genesis)
    throw new RunnerFault(
      `the journal was begun under genesis ${journal.state.genesis}, runner.yaml pins ${at.genesis}`,
      'restore the pin, or re-root this runner on purpose',
    )
  const own = ownChainFile(at.state)

  /** The chain's own expiry is asked at each use. `now`: when the keys behind what is new here must hold. */
  function read(versions: readonly Json[], now: Instant): Held | { refused: string } {
    const seen = journal.state.trust
    // At the first start nothing is new: the chain came by hand, with the pin.
    const newer = seen === null ? null : { than: seen.version, now, revoked: readRevoked(at.state) }
    const pins = { genesis: at.genesis }
    const answer = verifyChain(versions, pins, 0, checks.verify, checks.digestOf, newer)
    if ('refused' in answer) return answer
    const there = seen === null ? null : answer.digests[seen.version - 1]
    if (there === undefined)
      return { refused: `it ends at trust/${answer.digests.length}, trust/${seen?.version} was seen before` }
    if (seen !== null && there !== seen.digest)
      return { refused: `its trust/${seen.version} is not the one seen before: the chain has forked` }
    return { trust: answer.trust, version: answer.digests.length }
  }

  function remember({ trust, version }: Held): void {
    if (version !== journal.state.trust?.version)
      journal.append({ type: 'trusted', version, digest: trust.digest })
  }

  // What a crash left between file and journal was asked about the time when it was taken.
  const first = read(readChainFile(at), 0)
  if ('refused' in first)
    throw new RunnerFault(`the trust chain was refused: ${first.refused}`, 'restore the chain file')
  remember(first)
  let held: Held = first

  return {
    current(now) {
      const { body } = held.trust
      if (body.expiresAt <= now)
        return { refused: `trust/${body.version} expired at ${body.expiresAt}, it is ${now}` }
      return { trust: { ...held.trust, body: withoutKeys(body, readRevoked(at.state)) } }
    },
    version: () => held.version,
    take(versions, now) {
      const next = read(versions, now)
      if ('refused' in next) return next
      if (next.trust.body.expiresAt <= now) return { refused: `trust/${next.version} has expired` }
      // The file first: a crash between the two leaves a newer file, which the next start takes.
      if (next.version !== held.version) writeDurably(own, JSON.stringify(versions))
      remember(next)
      held = next
      return { ok: true }
    },
  }
}

type Held = { trust: Trust; version: number }

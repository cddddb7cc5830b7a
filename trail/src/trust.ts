/** What the auditor brings along. None of it may come from the file that is verified. */
import { equalBytes, fromBase64 } from './bytes.ts'
import { readOrigin } from './checkpoint.ts'
import type { Crypto } from './crypto.ts'
import { type NoteVerdict, parseVkey, type VerifierKey } from './note.ts'

/**
 * `vkeys`: the log's keys, one per incarnation (and per rotation), named by their origins; all of one site. `witnesses`:
 * cosignature keys, of which `quorum` must have signed the head (0: none asked for, then only what you pinned or fetched
 * elsewhere speaks against the operator). `pinned`: heads seen before, root in base64. `now` in milliseconds since 1970.
 */
export type Trust = {
  vkeys: string[]
  witnesses: string[]
  quorum: number
  pinned?: { size: number; root: string }[]
  now?: number
  /** Older heads are stale; needs `now`. */
  maxAgeMs?: number
  /** How much later than its own time an entry may reach the log. Default 10 minutes. */
  maxLagMs?: number
  /** How far clocks may differ. Default 5 minutes. */
  skewMs?: number
  /** Incarnations whose announced loss of entries was explained to the auditor by people. */
  acceptedRewinds?: number[]
}

export type Pin = { size: number; root: Uint8Array }

export type ReadTrust = {
  site: string
  logKeys: VerifierKey[]
  witnessKeys: VerifierKey[]
  quorum: number
  pins: Pin[]
  now: number | null
  maxAgeMs: number | null
  maxLagMs: number
  skewMs: number
  acceptedRewinds: number[]
}

/** Throws an Error that says which setting is wrong: a verifier must not start from doubtful trust. */
export function readTrust(crypto: Crypto, trust: Trust): ReadTrust {
  const logKeys = trust.vkeys.map((vkey) => keyOf(crypto, vkey, 1))
  const witnessKeys = trust.witnesses.map((vkey) => keyOf(crypto, vkey, 4))
  const sites = new Set(logKeys.map((key) => siteOf(key.name)))
  if (sites.size !== 1)
    throw new Error(`expected log keys of one site, got ${[...sites].join(', ') || 'none'}`)
  const different = witnessKeys.filter(
    (key, i) => witnessKeys.findIndex((other) => equalBytes(other.publicKey, key.publicKey)) === i,
  )
  if (!Number.isSafeInteger(trust.quorum) || trust.quorum < 0 || trust.quorum > different.length)
    throw new Error(`expected a quorum of 0 to ${different.length} witnesses, got ${trust.quorum}`)
  return {
    site: [...sites][0] as string,
    logKeys,
    witnessKeys,
    quorum: trust.quorum,
    pins: (trust.pinned ?? []).map(readPin).sort((a, b) => a.size - b.size),
    now: trust.now ?? null,
    maxAgeMs: trust.maxAgeMs ?? null,
    maxLagMs: trust.maxLagMs ?? 600_000,
    skewMs: trust.skewMs ?? 300_000,
    acceptedRewinds: trust.acceptedRewinds ?? [],
  }
}

/**
 * The time in milliseconds at which a quorum had seen a checkpoint: the quorum-th smallest of the stated times, each
 * witness once. Null where fewer signed, or none are asked for.
 */
export function quorumTime(signers: readonly NoteVerdict[], quorum: number): number | null {
  const times: { key: Uint8Array; ms: number }[] = []
  for (const { key, time } of signers)
    if (time !== null && !times.some((other) => equalBytes(other.key, key.publicKey)))
      times.push({ key: key.publicKey, ms: time * 1000 })
  times.sort((a, b) => a.ms - b.ms)
  return quorum === 0 ? null : (times[quorum - 1]?.ms ?? null)
}

function keyOf(crypto: Crypto, vkey: string, type: 1 | 4): VerifierKey {
  const key = parseVkey(crypto, vkey)
  if (key.type !== type) throw new Error(`expected a key of type ${type}, got type ${key.type} in "${vkey}"`)
  return key
}

function siteOf(origin: string): string {
  const read = readOrigin(origin)
  if (read === null)
    throw new Error(`expected a log key named "<site>/log/<incarnation>", got a key named "${origin}"`)
  return read.site
}

function readPin({ size, root }: { size: number; root: string }): Pin {
  const hash = fromBase64(root)
  if (!Number.isSafeInteger(size) || size < 1 || hash?.length !== 32)
    throw new Error(
      `expected a pinned head with a size from 1 and a root in base64, got ${size} and "${root}"`,
    )
  return { size, root: hash }
}

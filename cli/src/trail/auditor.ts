/**
 * What an auditor brings along: a trust chain (trust/1.json, or a list of versions), or a small file of their own:
 * `{"genesis": "sha256:...", "vkeys": [...], "witnesses": [...], "quorum": 0, "pinned": [{"size", "root"}]}`.
 */
import { readFileSync } from 'node:fs'
import { type Digest, isDigest } from '@countersign/core/kernel/digest'
import type { Json } from '@countersign/core/kernel/json'
import { readTrustVersion } from '@countersign/core/trust/read-chain'
import { verifyChain } from '@countersign/core/trust/verify-chain'
import { digestOf } from '@countersign/crypto/digest-of'
import { nodeCrypto } from '@countersign/crypto/node'
import { verifyAct } from '@countersign/crypto/verify-act'
import { originOf, readOrigin } from '@countersign/trail/checkpoint'
import { formatVkey, parseVkey } from '@countersign/trail/note'
import type { Trust } from '@countersign/trail/trust'
import { failed } from '../exit.ts'

export type Auditor = { genesis: Digest; trust: Trust }

const HINT = 'name trust/1.json, or a file with "genesis" and "vkeys", obtained elsewhere than the export'

export function readAuditor(file: string): Auditor {
  let value: Json
  try {
    value = JSON.parse(readFileSync(file, 'utf8')) as Json
  } catch (cause) {
    throw failed(`"${file}" cannot be read as JSON`, HINT, cause)
  }
  if (Array.isArray(value)) return ofChain(file, value)
  if (value !== null && typeof value === 'object' && 'body' in value) return ofChain(file, [value])
  return ofSettings(file, value)
}

/** The keys of all versions count: an export begins before the newest. Expiry is no matter for what was signed then. */
function ofChain(file: string, versions: readonly Json[]): Auditor {
  const first = readTrustVersion(versions[0] ?? null)
  if ('refused' in first) throw failed(`${file}: ${first.refused}`, HINT)
  const genesis = digestOf('countersign/trust/v1', first.version.body as unknown as Json)
  const answer = verifyChain(versions, { genesis }, 0, verifyAct, digestOf)
  if ('refused' in answer) throw failed(`${file}: ${answer.refused}`, HINT)
  const bodies = versions.flatMap((one) => {
    const read = readTrustVersion(one)
    return 'version' in read ? [read.version.body] : []
  })
  const keys = (pick: 'logKeys' | 'witnesses'): string[] => [
    ...new Set(bodies.flatMap((body) => body[pick].map(({ vkey }) => vkey))),
  ]
  return { genesis, trust: { vkeys: keys('logKeys'), witnesses: keys('witnesses'), quorum: 0 } }
}

function ofSettings(file: string, value: Json): Auditor {
  const {
    genesis,
    vkeys,
    witnesses = [],
    quorum = 0,
    ...rest
  } = (value ?? {}) as {
    genesis?: unknown
    vkeys?: unknown
    witnesses?: unknown
    quorum?: unknown
  } & Partial<Trust>
  if (typeof genesis !== 'string' || !isDigest(genesis)) throw failed(`${file}: "genesis" is no digest`, HINT)
  if (!isTexts(vkeys) || vkeys.length === 0 || !isTexts(witnesses) || typeof quorum !== 'number')
    throw failed(`${file}: "vkeys" or "witnesses" is no list of keys`, HINT)
  const { pinned, maxAgeMs, acceptedRewinds } = rest
  return {
    genesis,
    trust: {
      vkeys,
      witnesses,
      quorum,
      ...(pinned === undefined ? {} : { pinned }),
      ...(maxAgeMs === undefined ? {} : { maxAgeMs }),
      ...(acceptedRewinds === undefined ? {} : { acceptedRewinds }),
    },
  }
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'string')
}

const MOST = 1000

/** The log's key is the same in every incarnation, under the name of each: those named are added. */
export function forIncarnations(trust: Trust, incarnations: readonly number[]): Trust {
  const vkeys = new Set(trust.vkeys)
  for (const vkey of trust.vkeys) {
    const { name, publicKey } = parseVkey(nodeCrypto, vkey)
    const site = readOrigin(name)?.site
    if (site === undefined) continue
    for (const incarnation of incarnations.slice(0, MOST))
      vkeys.add(formatVkey(nodeCrypto, originOf(site, incarnation), 1, publicKey))
  }
  return { ...trust, vkeys: [...vkeys] }
}

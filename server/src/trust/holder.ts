/** The verified trust chain that this server goes by. It only ever takes a longer chain that verifies from the genesis. */
import { readFileSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Digest } from '@countersign/core/kernel/digest'
import type { Json } from '@countersign/core/kernel/json'
import type { Trust, TrustVersion } from '@countersign/core/trust/chain'
import { readTrustVersion } from '@countersign/core/trust/read-chain'
import { verifyChain } from '@countersign/core/trust/verify-chain'
import { digestOf } from '@countersign/crypto/digest-of'
import { verifyAct } from '@countersign/crypto/verify-act'

export type TrustHolder = { current(): Trust; chain(): readonly TrustVersion[] }

/** Reads `1.json`, `2.json`, ... from the folder. Throws, with what is wrong, where the chain does not verify. */
export async function openTrust(folder: string, genesis: Digest | null, now: number): Promise<TrustHolder> {
  const files = (await readdir(folder)).filter((name) => /^\d+\.json$/.test(name))
  files.sort((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10))
  const chain = files.map((name) => readVersion(join(folder, name)))
  const [first] = chain
  if (first === undefined)
    throw new Error(`expected a trust chain in ${folder}, found none: run "countersign init"`)
  const pin = genesis ?? digestOf('countersign/trust/v1', first.body as unknown as Json)
  const answer = verifyChain(chain, { genesis: pin }, now, verifyAct, digestOf)
  if ('refused' in answer) throw new Error(`the trust chain in ${folder} does not verify: ${answer.refused}`)
  return { current: () => answer.trust, chain: () => chain }
}

function readVersion(file: string): TrustVersion {
  const read = readTrustVersion(JSON.parse(readFileSync(file, 'utf8')) as Json)
  if ('refused' in read) throw new Error(`${file}: ${read.refused}`)
  return read.version
}

/** Verifies an export as a stream: first that its entries are the recorded ones, then that what they tell was allowed. */
import { createReadStream } from 'node:fs'
import { createAudit } from '@countersign/core/audit/audit'
import type { Json } from '@countersign/core/kernel/json'
import { digestOf } from '@countersign/crypto/digest-of'
import { verifyMachine } from '@countersign/crypto/machine-key'
import { nodeCrypto } from '@countersign/crypto/node'
import { verifyAct } from '@countersign/crypto/verify-act'
import { readExportLine } from '@countersign/trail/export'
import { createVerifier, type Report, type Verifier } from '@countersign/trail/verify'
import { failed } from '../exit.ts'
import { type Auditor, forIncarnations } from './auditor.ts'

export type Finding = { where: string; code: string; means: string; hint: string }
export type Verdict = { findings: Finding[]; leftOut: number; report: Report }

export async function verifyFile(file: string, { genesis, trust }: Auditor): Promise<Verdict> {
  const audit = createAudit({ genesis, verify: verifyAct, verifyMachine, digestOf })
  const begin = (head: Buffer): Verifier =>
    createVerifier(nodeCrypto, forIncarnations(trust, incarnationsOf(head)), {
      onEntry: ({ stream, seq, type, at }, state, { secret }) =>
        audit.entry({ stream, seq, type, at, state: whole(state as Json, secret as Json | undefined) }),
    })
  const report = (await feed(file, begin)).finish()
  const findings = [
    ...report.findings.map(({ at, code, means, hint }) => ({ where: at, code, means, hint })),
    ...audit.finish().map(({ where, code, means, hint }) => ({ where, code, means, hint })),
  ]
  return { findings, leftOut: report.findingsLeftOut, report }
}

/** Longer first lines are no header. */
const HEADER_BYTES = 1 << 20

/** One pass, so that a pipe can be verified too: the verifier begins as soon as the first line is there. */
async function feed(file: string, begin: (head: Buffer) => Verifier): Promise<Verifier> {
  let verifier: Verifier | null = null
  let held = Buffer.alloc(0)
  try {
    for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 })) {
      if (verifier === null) held = Buffer.concat([held, chunk as Buffer])
      if (verifier === null && !held.includes(10) && held.length < HEADER_BYTES) continue
      const bytes: Buffer = verifier === null ? held : (chunk as Buffer)
      verifier ??= begin(held)
      verifier.bytes(bytes)
    }
  } catch (cause) {
    if (!isMissing(cause)) throw cause
    throw failed(`"${file}" cannot be read`, 'name an export: countersign trail export FILE', cause)
  }
  if (verifier !== null) return verifier
  const last = begin(held)
  last.bytes(held)
  return last
}

function isMissing(error: unknown): boolean {
  return (
    error instanceof Error && 'code' in error && ['ENOENT', 'EISDIR', 'EACCES'].includes(String(error.code))
  )
}

/** What the header names; it chooses only under which names the auditor's own key is looked for. */
function incarnationsOf(head: Buffer): number[] {
  const read = readExportLine(head.toString('utf8').split('\n')[0] ?? '')
  return 'is' in read && read.is === 'header' ? read.header.incarnations : []
}

/** What was signed may stand in the private part (a reason), as long as that was not erased. */
function whole(state: Json, secret: Json | undefined): Json {
  return isObject(state) && isObject(secret) ? { ...secret, ...state } : state
}

function isObject(value: Json | undefined): value is { [key: string]: Json } {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
}

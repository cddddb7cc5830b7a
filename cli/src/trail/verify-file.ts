/** Verifies an export as a stream: first that its entries are the recorded ones, then that what they tell was allowed. */
import { createReadStream } from 'node:fs'
import { createAudit } from '@countersign/core/audit/audit'
import type { Json } from '@countersign/core/kernel/json'
import { digestOf } from '@countersign/crypto/digest-of'
import { verifyMachine } from '@countersign/crypto/machine-key'
import { nodeCrypto } from '@countersign/crypto/node'
import { verifyAct } from '@countersign/crypto/verify-act'
import { readExportLine } from '@countersign/trail/export'
import { createVerifier, type Report } from '@countersign/trail/verify'
import { failed } from '../exit.ts'
import { type Auditor, forIncarnations } from './auditor.ts'

export type Finding = { where: string; code: string; means: string; hint: string }
export type Verdict = { findings: Finding[]; leftOut: number; report: Report }

export async function verifyFile(file: string, { genesis, trust }: Auditor): Promise<Verdict> {
  const audit = createAudit({ genesis, verify: verifyAct, verifyMachine, digestOf })
  const verifier = createVerifier(nodeCrypto, forIncarnations(trust, await incarnationsOf(file)), {
    onEntry: ({ stream, seq, type, at }, state, { secret }) =>
      audit.entry({ stream, seq, type, at, state: whole(state as Json, secret as Json | undefined) }),
  })
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 }))
    verifier.bytes(chunk as Uint8Array)
  const report = verifier.finish()
  const findings = [
    ...report.findings.map(({ at, code, means, hint }) => ({ where: at, code, means, hint })),
    ...audit.finish().map(({ where, code, means, hint }) => ({ where, code, means, hint })),
  ]
  return { findings, leftOut: report.findingsLeftOut, report }
}

/** What was signed may stand in the private part (a reason), as long as that was not erased. */
function whole(state: Json, secret: Json | undefined): Json {
  return isObject(state) && isObject(secret) ? { ...secret, ...state } : state
}

function isObject(value: Json | undefined): value is { [key: string]: Json } {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
}

/** Longer first lines are no header. */
const HEADER_BYTES = 1 << 20

/** What the header names; it chooses only under which names the auditor's own key is looked for. */
async function incarnationsOf(file: string): Promise<number[]> {
  let text = ''
  try {
    for await (const chunk of createReadStream(file, { encoding: 'utf8', end: HEADER_BYTES - 1 })) {
      text += String(chunk)
      if (text.includes('\n')) break
    }
  } catch (cause) {
    throw failed(`"${file}" cannot be read`, 'name an export: countersign trail export FILE', cause)
  }
  const read = readExportLine(text.split('\n')[0] ?? '')
  return 'is' in read && read.is === 'header' ? read.header.incarnations : []
}

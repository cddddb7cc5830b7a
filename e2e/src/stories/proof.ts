/** The trail is exported and verified offline; one byte is flipped in a copy and the verifier says where. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Stage } from '../stage/stage.ts'
import { demand } from '../stage/until.ts'
import type { Story } from './story.ts'

export type Proof = { entries: number; verified: boolean; tamperDetected: boolean }

export const proof: Story = {
  name: 'proof',
  title: 'an export verifies offline, and a flipped byte is found where it is',
  needs: 'any',
  async play(stage, say) {
    const { entries, verified, tamperDetected } = await prove(stage, say)
    demand(verified, 'the export does not verify')
    demand(tamperDetected, 'a flipped byte was not found')
    demand(entries > 0, 'the export is empty')
  },
}

export async function prove(stage: Stage, say: (line: string) => void): Promise<Proof> {
  const file = join(stage.dir, 'trail.ndjson')
  await stage.ask('trail', 'export', file)
  const trust = join(stage.dir, 'trust', '1.json')
  const honest = await verify(stage, file, trust)
  say(`${honest.entries} entries exported; verified offline: ${honest.verified}`)
  if (!honest.verified) say(JSON.stringify(honest.findings))
  const copy = join(stage.dir, 'tampered.ndjson')
  const bytes = readFileSync(file)
  const at = flip(bytes)
  writeFileSync(copy, bytes)
  const tampered = await verify(stage, copy, trust)
  const [finding] = tampered.findings
  say(
    `byte ${at} flipped in a copy: ${finding === undefined ? 'NOT FOUND' : `${finding.code} at ${finding.where}: ${finding.means}`}`,
  )
  return {
    entries: honest.entries,
    verified: honest.verified,
    tamperDetected: !tampered.verified && finding !== undefined,
  }
}

type Verified = {
  verified: boolean
  entries: number
  findings: { code: string; where: string; means: string }[]
}

async function verify(stage: Stage, file: string, trust: string): Promise<Verified> {
  const { stdout, stderr } = await stage.cli(['trail', 'verify', file, '--trust', trust, '--json'])
  const line = stdout.trimEnd().split('\n').at(-1) ?? ''
  if (line === '') throw new Error(`the verifier said nothing: ${stderr}`)
  return JSON.parse(line) as Verified
}

/** A digit inside an entry near the middle of the file: still readable, no longer true. */
function flip(bytes: Buffer): number {
  const start = bytes.indexOf('"seq', Math.floor(bytes.length / 2))
  for (let at = start; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0
    if (byte >= 0x30 && byte <= 0x38) {
      bytes[at] = byte + 1
      return at
    }
  }
  throw new Error('found no digit to flip')
}

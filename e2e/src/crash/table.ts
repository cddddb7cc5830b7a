/** Plays the rows of the crash table one after the other on one stage, and looks at the whole trail at the end. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ssh } from '@countersign/site/ssh'
import { openDoor } from '../stage/door.ts'
import type { Program } from '../stage/program.ts'
import type { Stage } from '../stage/stage.ts'
import { demand } from '../stage/until.ts'
import { prove } from '../stories/proof.ts'
import { startCaller } from './caller.ts'
import type { Row } from './phases.ts'
import { openRecord } from './record.ts'
import { type Hall, HOST, playRow } from './row.ts'

export async function playTable(
  stage: Stage,
  rows: readonly Row[],
  say: (line: string) => void,
): Promise<void> {
  const [door, calls] = [openDoor(stage), openDoor(stage)]
  const hall: Hall = { stage, door, record: openRecord(stage) }
  const caller = startCaller(stage, calls)
  try {
    const failed = await playRows(hall, rows, say)
    await caller.stop()
    await nothingLost(stage, caller.acknowledged, say)
    say(`${caller.acknowledged.length} signals from outside acknowledged, ${caller.again()} sent again`)
    demand(failed === 0, `${failed} of ${rows.length} rows failed`)
  } finally {
    await caller.stop()
    door.close()
    calls.close()
    await hall.record.close()
  }
}

/** More than these show that the stage is broken, not the row. */
const MOST_FAILURES = 3

async function playRows(hall: Hall, rows: readonly Row[], say: (line: string) => void): Promise<number> {
  let failed = 0
  for (const row of rows) {
    const name = `${row.victim.padEnd(8)} at ${row.phase.id.padEnd(18)}`
    try {
      const { after, goesOnMs, resolvedMs } = await playRow(hall, row)
      say(
        `${name} killed after ${after.padEnd(18)} goes on in ${String(goesOnMs).padStart(5)} ms, resolved in ${(resolvedMs / 1000).toFixed(1)} s`,
      )
    } catch (error) {
      failed++
      say(`${name} FAILED: ${(error as Error).message}`)
      if (failed > MOST_FAILURES)
        throw new Error(`more than ${MOST_FAILURES} rows failed, so the rest was left`)
      await repair(hall)
    }
  }
  return failed
}

/** By hand, so that the next row finds what it expects. */
async function repair({ stage }: Hall): Promise<void> {
  const { site } = stage
  if (site.kind === 'bare') await fetch(`${site.keeper.url}/services/${HOST}/start`, { method: 'POST' })
  else await ssh(site, HOST, `systemctl reset-failed ${site.app.unit}; systemctl start ${site.app.unit}`)
  if (await isOver(stage.server)) await stage.startServer()
  if (await isOver(stage.runner)) await stage.startRunner()
}

function isOver({ exited }: Program): Promise<boolean> {
  return Promise.race([
    exited.then(() => true),
    new Promise<false>((resolve) => setTimeout(resolve, 0, false)),
  ])
}

/** Every receipt is in the export, and the export verifies. */
async function nothingLost(stage: Stage, receipts: readonly string[], say: (line: string) => void) {
  const { verified, tamperDetected } = await prove(stage, say)
  demand(verified, 'the trail does not verify after the crashes')
  demand(tamperDetected, 'a flipped byte was not found')
  const text = readFileSync(join(stage.dir, 'trail.ndjson'), 'utf8')
  const lost = receipts.filter((receipt) => !text.includes(receipt))
  demand(
    lost.length === 0,
    `${lost.length} acknowledged signals are not in the trail: ${lost.slice(0, 3).join(', ')}`,
  )
}

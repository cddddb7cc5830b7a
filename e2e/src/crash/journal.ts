/** Watches the journal of a stage's runner: what the runner is about to do stands there before the server hears of it. */
import { closeSync, openSync, readSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Stage } from '../stage/stage.ts'

export const journalSize = (stage: Stage): number => statSync(fileOf(stage)).size

/** Resolves as soon as the journal beyond `from` bytes holds the text; throws after the limit. */
export async function journalHolds(
  stage: Stage,
  text: string,
  from: number,
  timeoutMs: number,
): Promise<void> {
  const deadline = performance.now() + timeoutMs
  while (!journalText(stage, from).includes(text)) {
    if (performance.now() > deadline) throw new Error(`no journal line held ${text} within ${timeoutMs} ms`)
    await sleep(1)
  }
}

/** What was written beyond `from` bytes. */
export function journalText(stage: Stage, from: number): string {
  const size = journalSize(stage)
  if (size <= from) return ''
  const bytes = Buffer.alloc(size - from)
  const fd = openSync(fileOf(stage), 'r')
  try {
    readSync(fd, bytes, 0, bytes.length, from)
  } finally {
    closeSync(fd)
  }
  return bytes.toString('utf8')
}

const fileOf = (stage: Stage) => join(stage.dir, 'runner', 'journal')

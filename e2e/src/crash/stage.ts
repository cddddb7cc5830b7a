/** A stage of its own for what fails dozens of times: the bare site, and an operator who allows that many repairs. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Files } from '../stage/files.ts'
import { ROOT } from '../stage/program.ts'
import { openStage, type Stage } from '../stage/stage.ts'

export async function onOwnStage(
  say: (line: string) => void,
  play: (stage: Stage) => Promise<void>,
): Promise<void> {
  const siteDir = mkdtempSync(join(tmpdir(), 'countersign-site-'))
  try {
    const stage = await openStage({ kind: 'bare', say, siteDir, amend: patient })
    try {
      await play(stage)
    } finally {
      await stage.close()
    }
  } finally {
    rmSync(siteDir, { recursive: true, force: true })
  }
}

/** Own copies of the shipped texts: the same rules with higher limits, and quicker eyes. */
function patient(files: Files): Files {
  const shipped = (path: string) => readFileSync(join(ROOT, path), 'utf8')
  return {
    ...files,
    'countersign.yaml': replaced(files['countersign.yaml'] ?? '', [
      ['every: 1s', 'every: 500ms'],
      ['misses: 2', 'misses: 4'],
    ]),
    'runner/runner.yaml': replaced(files['runner/runner.yaml'] ?? '', [['acts: 20', 'acts: 1000']]),
    'runbooks/keeper-restart.yaml': replaced(shipped('runbooks/keeper-restart.yaml'), [
      ['breaker: { attempts: 3,', 'breaker: { attempts: 100,'],
      ['interval: 1s', 'interval: 250ms'],
    ]),
    'policies/default.yaml': replaced(shipped('policies/default.yaml'), [
      ['attempts.recent >= 2', 'attempts.recent >= 1000'],
      ['fleet.actsInHour >= 20 || fleet.targetsInHour >= 20', 'fleet.actsInHour >= 1000'],
      ['(fleet.actsInHour >= 100 || fleet.targetsInHour >= 100)', 'fleet.actsInHour >= 1000'],
    ]),
  }
}

function replaced(text: string, changes: readonly [from: string, to: string][]): string {
  return changes.reduce((changed, [from, to]) => {
    if (!changed.includes(from)) throw new Error(`expected "${from}" in a shipped text`)
    return changed.replace(from, to)
  }, text)
}

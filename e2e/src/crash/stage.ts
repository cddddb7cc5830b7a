/** A stage of its own for what fails dozens of times: its own site, and an operator who allows that many repairs. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Files } from '../stage/files.ts'
import { ROOT } from '../stage/program.ts'
import { openStage, type Stage } from '../stage/stage.ts'

const PREFIX = 'cscr'

export async function onOwnStage(
  say: (line: string) => void,
  play: (stage: Stage) => Promise<void>,
  kind: 'real' | 'bare' = 'bare',
): Promise<void> {
  const siteDir = mkdtempSync(join(tmpdir(), 'countersign-site-'))
  try {
    const stage = await openStage({
      kind,
      say,
      siteDir,
      prefix: PREFIX,
      amend: kind === 'bare' ? quick : patient,
    })
    try {
      await play(stage)
    } finally {
      await stage.close()
    }
  } finally {
    rmSync(siteDir, { recursive: true, force: true })
  }
}

const shipped = (path: string) => readFileSync(join(ROOT, path), 'utf8')

/** Own copies of the shipped texts: the same rules with higher limits. */
function patient(files: Files): Files {
  return {
    ...files,
    'runner/runner.yaml': replaced(files['runner/runner.yaml'] ?? '', [['acts: 20', 'acts: 1000']]),
    'runbooks/restart-service.yaml': replaced(shipped('runbooks/restart-service.yaml'), [
      ['breaker: { attempts: 3,', 'breaker: { attempts: 100,'],
    ]),
    'policies/default.yaml': replaced(shipped('policies/default.yaml'), [
      ['attempts.recent >= 2', 'attempts.recent >= 1000'],
      ['fleet.actsInHour >= 20 || fleet.targetsInHour >= 20', 'fleet.actsInHour >= 1000'],
      ['(fleet.actsInHour >= 100 || fleet.targetsInHour >= 100)', 'fleet.actsInHour >= 1000'],
    ]),
  }
}

/** With quicker eyes as well, on the bare site. */
function quick(files: Files): Files {
  const { 'runbooks/restart-service.yaml': _, ...rest } = patient(files)
  return {
    ...rest,
    'countersign.yaml': replaced(files['countersign.yaml'] ?? '', [
      ['every: 1s', 'every: 500ms'],
      ['misses: 2', 'misses: 4'],
    ]),
    'runbooks/keeper-restart.yaml': replaced(shipped('runbooks/keeper-restart.yaml'), [
      ['breaker: { attempts: 3,', 'breaker: { attempts: 100,'],
      ['interval: 1s', 'interval: 250ms'],
    ]),
  }
}

function replaced(text: string, changes: readonly [from: string, to: string][]): string {
  return changes.reduce((changed, [from, to]) => {
    if (!changed.includes(from)) throw new Error(`expected "${from}" in a shipped text`)
    return changed.replace(from, to)
  }, text)
}

/** `countersign check` on files that are broken in many ways finds every error at once, each at its place. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Stage } from '../stage/stage.ts'
import { demand } from '../stage/until.ts'

const FILES = ['countersign.yaml', 'people.yaml', 'policies', 'runbooks', 'catalogue', 'runner']

/** File, what is replaced by what, and what the message must name. */
const BREAKS: [string, string, string, string][] = [
  [
    'policies/default.yaml',
    'action.kind == "service.restart"',
    'action.kind == "service.restrat"',
    'restrat',
  ],
  ['policies/default.yaml', 'outcome: auto', 'outcome: autoo', 'autoo'],
  ['runbooks/dns-change.yaml', 'uses: dns.upsert', 'uses: dns.upsrt', 'upsrt'],
  ['runbooks/dns-change.yaml', 'planFor: 30m', 'planFor: thirty', 'thirty'],
  ['catalogue/site.yaml', 'environment: production', 'environment: prodction', 'prodction'],
  ['countersign.yaml', 'kind: prometheus', 'kind: promethus', 'promethus'],
  ['runner/runner.yaml', 'driver: systemd', 'driver: systmd', 'systmd'],
]

export async function brokenFiles(stage: Stage, say: (line: string) => void): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'countersign-broken-'))
  try {
    for (const name of FILES) cpSync(join(stage.dir, name), join(dir, name), { recursive: true })
    const made = BREAKS.filter(([file, right, wrong]) => breakFile(join(dir, file), right, wrong))
    const { code, stdout } = await stage.cli(['check', dir, '--json'])
    const { problems } = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '{}')
    demand(code === 1, `check of broken files ended with ${code}`)
    for (const [file, , , named] of made) {
      const found = problems.find((one: Problem) => one.file === file && one.message.includes(named))
      demand(found !== undefined, `check did not find "${named}" in ${file}`)
      demand(found.line > 1 && found.column > 0 && found.hint !== '', `"${named}" has no place or hint`)
    }
    say(`check finds all ${made.length} errors in ${new Set(made.map(([file]) => file)).size} files at once`)
    const real = await stage.cli(['check', stage.dir, '--json'])
    demand(real.code === 0, `check of the stage’s own files ended with ${real.code}: ${real.stdout}`)
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

type Problem = { file: string; message: string }

/** False where the stage has no such file or words: the bare site has fewer. */
function breakFile(file: string, right: string, wrong: string): boolean {
  try {
    const text = readFileSync(file, 'utf8')
    if (!text.includes(right)) return false
    writeFileSync(file, text.replace(right, wrong))
    return true
  } catch {
    return false
  }
}

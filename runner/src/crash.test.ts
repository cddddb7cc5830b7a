import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync, statSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { journalFileOf } from './journal/journal.ts'
import { makeSite, plannedOf, type TestSite } from './testing/site.ts'

/** The runner as a process of its own, killed from outside while its journal grows. Effects are counted at the target. */
let program = ''
let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'countersign-crash-'))
  program = join(folder, 'program.mjs')
  const entry = fileURLToPath(new URL('./testing/program.ts', import.meta.url))
  await build({
    entryPoints: [entry],
    outfile: program,
    bundle: true,
    platform: 'node',
    format: 'esm',
    logLevel: 'error',
  })
})
afterAll(() => rm(folder, { recursive: true, force: true }))

let at: TestSite
const children = new Set<ChildProcess>()
afterEach(async () => {
  for (const child of children) await kill(child)
  await at.close()
})

async function start(): Promise<ChildProcess> {
  const file = join(at.folder, 'runner.json')
  await writeFile(file, JSON.stringify(at.config))
  const child = spawn(process.execPath, [program, file], { stdio: ['ignore', 'ignore', 'pipe'] })
  child.stderr?.resume()
  children.add(child)
  return child
}

/** Resolves when the process is gone. */
function kill(child: ChildProcess, signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
  children.delete(child)
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve()
  return new Promise((resolve) => {
    child.once('exit', () => resolve())
    child.kill(signal)
  })
}

const journalText = (): string => readFileSync(journalFileOf(at.config.state), 'utf8')
const journalSize = (): number => statSync(journalFileOf(at.config.state)).size
const linesNow = (): number => journalText().split('\n').length - 1

/** Waits, without a pause longer than one turn of the event loop, until the journal has so many lines. */
async function grownTo(lines: number, child: ChildProcess): Promise<void> {
  let size = -1
  const end = Date.now() + 1_000
  while (Date.now() < end && child.exitCode === null) {
    const now = journalSize()
    if (now !== size && linesNow() >= lines) return
    size = now
    await new Promise((resolve) => setImmediate(resolve))
  }
}

const finished = () => at.server.until((one) => one.task === 'e' && one.type === 'finished')
const pauseFor = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

async function prepare(options: Parameters<typeof makeSite>[0]) {
  at = await makeSite(options)
  const child = await start()
  at.server.give(at.planTask('p'))
  return { child, plan: await plannedOf(at, 'p') }
}

/** Two steps write about ten lines; the delays put the kill before, in and after the effect. */
const rounds = Array.from({ length: 11 }, (_, index) => ({ after: index, delayMs: (index * 7) % 23 }))

test.each(rounds)(
  'killed $after lines after the grant and $delayMs ms: each effect once',
  async ({ after, delayMs }) => {
    const { child, plan } = await prepare({ steps: 2, settings: { slowMs: 15 } })
    const from = linesNow()
    at.server.give(at.executeTask('e', plan))
    await grownTo(from + after, child)
    await pauseFor(delayMs)
    await kill(child)
    const again = await start()
    // Once more, a little later: a restart that dies must not count as an effect either.
    await grownTo(linesNow() + 1 + (after % 3), again).then(() => kill(again))
    await start()
    expect(await finished()).toMatchObject({ result: 'succeeded' })
    expect([at.effects('one'), at.effects('two')]).toEqual([['up'], ['up']])
    expect(at.server.faults).toEqual([])
  },
)

test('killed while taking back: goes on taking back, once', async () => {
  const { child, plan } = await prepare({ steps: 1, settings: { slowMs: 15, broken: true } })
  at.server.give(at.executeTask('e', plan))
  await expect.poll(() => journalText().includes('"undoing"'), { interval: 1 }).toBe(true)
  await kill(child)
  await start()
  expect(await finished()).toMatchObject({ result: 'undone' })
  expect(at.effects('one')).toEqual(['up', 'undone old'])
})

test('killed before the effect and held: does not begin it anew', async () => {
  const { child, plan } = await prepare({ settings: { slowMs: 300 } })
  at.server.give(at.executeTask('e', plan))
  await expect.poll(() => journalText().includes('"applying"'), { interval: 1 }).toBe(true)
  await kill(child)
  await writeFile(at.config.holdFile, 'rehearsal\n')
  await start()
  expect(await finished()).toMatchObject({ result: 'stopped' })
  expect(at.effects('one')).toEqual([])
})

test('restarted without its server: finishes the step at hand, starts no other', async () => {
  const { child, plan } = await prepare({ steps: 2, settings: { slowMs: 100 } })
  at.server.give(at.executeTask('e', plan))
  await at.server.until((one) => one.type === 'step' && one.step.phase === 'applying')
  at.server.word.silent = true
  await kill(child)
  await start()
  await expect
    .poll(() => journalText().includes('"stopped"'), {
      timeout: 15_000,
    })
    .toBe(true)
  expect([at.effects('one'), at.effects('two')]).toEqual([['up'], []])
  at.server.word.silent = false
  expect(await finished()).toMatchObject({ result: 'stopped' })
  expect(at.server.faults).toEqual([])
}, 30_000)

test('SIGUSR1 holds, across a restart, until a person removes the file', async () => {
  const { child, plan } = await prepare({})
  child.kill('SIGUSR1')
  await expect.poll(() => statSync(at.config.holdFile, { throwIfNoEntry: false }) !== undefined).toBe(true)
  await kill(child)
  await start()
  at.server.give(at.executeTask('held', plan))
  const held = await at.server.until(({ task }) => task === 'held')
  expect(held).toMatchObject({ type: 'not-started', refused: { code: 'HELD' } })
  await rm(at.config.holdFile)
  at.server.give(at.executeTask('e', plan))
  expect(await finished()).toMatchObject({ result: 'succeeded' })
})

test('SIGTERM finishes the step at hand; the next start goes on', async () => {
  const { child, plan } = await prepare({ steps: 2, settings: { slowMs: 100 } })
  at.server.give(at.executeTask('e', plan))
  await at.server.until((one) => one.type === 'step' && one.step.phase === 'applying')
  await kill(child, 'SIGTERM')
  expect([at.effects('one'), at.effects('two')]).toEqual([['up'], []])
  await start()
  expect(await finished()).toMatchObject({ result: 'succeeded' })
  expect([at.effects('one'), at.effects('two')]).toEqual([['up'], ['up']])
})

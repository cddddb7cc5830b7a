/** The keeper driver against the real keeper of the bare sample site, with two real services. */
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { conformance } from '../conformance/conformance.ts'
import { whyLeftOut } from '../conformance/left-out.ts'
import { listenSilently } from '../conformance/silent.ts'
import type { Subject } from '../conformance/subject.ts'
import type { DriverStep } from '../driver.ts'
import { keeperDriver } from './keeper.ts'

const SITE = fileURLToPath(new URL('../../../site/src/keeper/', import.meta.url))
const SERVICE = 'web1'
const READY_MS = 20_000

const leftOut = whyLeftOut({
  programs: [],
  also: () => {
    if (!existsSync(join(SITE, 'main.ts'))) return 'the sample site has no keeper'
    return /etag/i.test(readFileSync(join(SITE, 'http.ts'), 'utf8')) ? undefined : 'its keeper gives no etag'
  },
})

type Keeper = { url: string; program: ChildProcess; dir: string }

async function startKeeper(): Promise<Keeper> {
  const dir = mkdtempSync(join(tmpdir(), 'cs-drv-keeper-'))
  const args = ['--import', import.meta.resolve('tsx'), join(SITE, 'main.ts'), dir]
  const program = spawn(process.execPath, args, { cwd: '/', stdio: 'ignore' })
  const keeper = { url: '', program, dir }
  try {
    await until('the keeper listens', () => existsSync(join(dir, 'keeper.json')))
    const { url } = JSON.parse(readFileSync(join(dir, 'keeper.json'), 'utf8')) as { url: string }
    return { ...keeper, url }
  } catch (error) {
    await endKeeper(keeper)
    throw error
  }
}

async function endKeeper({ program, dir }: Keeper): Promise<void> {
  const gone = new Promise((done) => program.once('exit', done))
  if (program.exitCode === null && program.kill('SIGTERM')) await gone
  rmSync(dir, { recursive: true, force: true })
}

async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const end = Date.now() + READY_MS
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`waited ${READY_MS} ms in vain: ${what}`)
    await sleep(30)
  }
}

type View = { state: string; pid: number | null; url: string }
const viewOf = async (url: string): Promise<View> =>
  (await (await fetch(`${url}/services/${SERVICE}`)).json()) as View
const order = async (url: string, what: string) =>
  void (await fetch(`${url}/services/${SERVICE}/${what}`, { method: 'POST' }))

/** The keeper counts the moments of a service in its etag; a restart makes two: it stops, it starts. */
async function restartsOf(url: string): Promise<number> {
  const reply = await fetch(`${url}/services/${SERVICE}`)
  return Number(/(\d+)"$/.exec(reply.headers.get('etag') ?? '')?.[1]) / 2
}

async function makeSubject(found: 'running' | 'stopped'): Promise<Subject> {
  const [keeper, silent] = [await startKeeper(), await listenSilently()]
  const { url } = keeper
  const answers = async () => {
    const view = await viewOf(url)
    return await fetch(`${view.url}/healthz`).then(
      ({ ok }) => ok,
      () => false,
    )
  }
  const prepare = async () => {
    await order(url, 'restart')
    await until('the service answers', answers)
    if (found === 'stopped') await order(url, 'stop')
  }
  const at = (settings = {}): DriverStep => ({
    action: 'restart',
    with: {},
    target: { id: `bare/${SERVICE}`, address: '127.0.0.1', settings: { url, service: SERVICE, ...settings } },
  })
  /** A process that has just been started takes a moment until it answers. */
  const settled = async () => {
    if ((await viewOf(url)).state === 'running') await until('the service answers', answers)
  }
  return {
    driver: keeperDriver,
    step: at(),
    reset: prepare,
    effects: async () => {
      await settled()
      return await restartsOf(url)
    },
    state: async () => {
      await settled()
      return (await answers()) ? 'up' : 'down'
    },
    disturb: prepare,
    ...(found === 'running'
      ? {}
      : {
          relive: async () => {
            await order(url, 'restart')
            await until('the service answers', answers)
          },
        }),
    cutAfterMs: 5,
    limited: [],
    bad: [
      { what: 'a service with a path', step: at({ service: '../x' }) },
      { what: 'a URL with a path', step: at({ url: `${url}/x?` }) },
      { what: 'a parameter nobody reads', step: { ...at(), with: { force: true } } },
      { what: 'an action it does not have', step: { ...at(), action: 'delete' } },
    ],
    unreachable: at({ url: 'http://127.0.0.1:1' }),
    silent: at({ url: `http://127.0.0.1:${silent.port}` }),
    secrets: [],
    close: async () => {
      await silent.close()
      await endKeeper(keeper)
    },
  }
}

conformance('keeper.restart of a running service', () => makeSubject('running'), leftOut)
conformance('keeper.restart of a stopped service', () => makeSubject('stopped'), leftOut)

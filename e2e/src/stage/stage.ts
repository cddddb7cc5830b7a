/**
 * A stage: the sample site with Countersign installed on it the way the README says, by its own commands. Stories play
 * on it through the public API only.
 */
import { execFileSync } from 'node:child_process'
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type BareSite, down, type RealSite, up } from '@countersign/site/site'
import { type Files, filesOf, PORT } from './files.ts'
import { type Program, type Ran, run, start } from './program.ts'

/** The people of a stage by id, with their roles: made for it, with keys that live as long as it does. */
export const PEOPLE = { 'sre-1': ['sre', 'lead'], 'sre-2': ['sre'], 'governance-1': ['governance'] } as const
export type PersonId = keyof typeof PEOPLE

export type Stage = {
  site: RealSite | BareSite
  dir: string
  logs: string
  namespace: string | null
  port: number
  keyOf(person: PersonId): string
  server: Program
  runner: Program
  /** Runs `countersign ARGS --dir ...`. */
  cli(args: readonly string[], options?: { input?: string; timeoutMs?: number }): Promise<Ran>
  /** With `--json`: the last line of standard output. Throws with what was printed where it failed. */
  ask<T = Answer>(...args: string[]): Promise<T>
  /** Resolves when it answers, or with `isAwaited` false at once. */
  startServer(isAwaited?: boolean): Promise<void>
  startRunner(): Promise<void>
  close(): Promise<void>
}
// biome-ignore lint/suspicious/noExplicitAny: the answers of the command line are looked into freely by stories
export type Answer = any

export type StageOptions = {
  kind: 'real' | 'bare'
  say: (line: string) => void
  keepSite?: boolean
  /** Where the site keeps its state; left out: where all stories play. */
  siteDir?: string
  /** What the namespaces of a real site begin with; two sites at a time need two. */
  prefix?: string
  /** What this operator writes otherwise. */
  amend?: (files: Files) => Files
}

export async function openStage(options: StageOptions): Promise<Stage> {
  const { kind, say } = options
  say(kind === 'real' ? 'bringing up the sample site' : 'bringing up the bare sample site')
  const where = {
    ...(options.siteDir === undefined ? {} : { dir: options.siteDir }),
    ...(options.prefix === undefined ? {} : { prefix: options.prefix }),
  }
  const { site } =
    kind === 'real' ? await up({ ...where, kind: 'real', say }) : await up({ ...where, kind: 'bare', say })
  const dir = mkdtempSync(join(tmpdir(), 'countersign-stage-'))
  // The embedded PostgreSQL runs as another user than root and must be able to get in.
  chmodSync(dir, 0o711)
  const logs = join(dir, 'logs')
  mkdirSync(logs)
  const stage = await settle(site, dir, logs, options.keepSite ?? false)
  try {
    await install(stage, say, options.amend ?? ((files) => files))
    await stage.startServer()
    await stage.startRunner()
    return stage
  } catch (error) {
    await stage.close()
    throw error
  }
}

async function settle(
  site: RealSite | BareSite,
  dir: string,
  logs: string,
  keepSite: boolean,
): Promise<Stage> {
  const namespace = site.kind === 'real' ? site.namespace : null
  const port = site.kind === 'real' ? PORT : await freePort()
  const stage: Stage = {
    site,
    dir,
    logs,
    namespace,
    port,
    server: nothing,
    runner: nothing,
    keyOf: (person) => join(dir, 'people', person),
    cli: (args, options) => run(namespace, [...args, '--dir', dir], options),
    ask: async (...args) => lastLine(args, await run(namespace, [...args, '--dir', dir, '--json'])),
    startServer: async (isAwaited = true) => {
      stage.server = start(namespace, ['start', '--dir', dir], join(logs, 'server.log'))
      if (isAwaited) await ready(stage)
    },
    startRunner: async () => {
      stage.runner = start(namespace, ['runner', '--dir', dir], join(logs, 'runner.log'))
    },
    close: async () => {
      await stage.runner.stop()
      await stage.server.stop()
      if (!keepSite) await down({ dir: site.dir })
      if (process.env['COUNTERSIGN_KEEP_STAGE'] === undefined) rmSync(dir, { recursive: true, force: true })
    },
  }
  return stage
}

const nothing: Program = { pid: -1, log: '', exited: Promise.resolve(0), stop: async () => undefined }

/** What a new user would do by hand: write down the site, make keys, run init. */
async function install(
  stage: Stage,
  say: (line: string) => void,
  amend: (files: Files) => Files,
): Promise<void> {
  const { dir, site } = stage
  for (const [path, text] of Object.entries(amend(filesOf(site, stage.port)))) {
    mkdirSync(dirname(join(dir, path)), { recursive: true })
    writeFileSync(join(dir, path), text)
  }
  mkdirSync(join(dir, 'people'))
  const people = Object.entries(PEOPLE).flatMap(([id, roles]) => {
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', id, '-f', join(dir, 'people', id)])
    return ['--person', `${id}=${roles.join(',')}:${join(dir, 'people', id)}`]
  })
  say('countersign init: trust, keys, signed policy and runbooks')
  const made = await run(stage.namespace, [
    'init',
    dir,
    '--name',
    'sample.test',
    '--agent',
    'demo-agent',
    '--port',
    String(stage.port),
    ...people,
  ])
  if (made.code !== 0)
    throw new Error(`countersign init failed (${made.code}):\n${made.stdout}\n${made.stderr}`)
  if (site.kind === 'real')
    copyFileSync(join(dir, 'secrets', 'alertmanager.token'), site.alertmanagerTokenFile)
}

async function ready(stage: Stage): Promise<void> {
  for (let i = 0; i < 150; i++) {
    // 5: it answers, and says that its log was set back.
    const { code } = await stage.cli(['trail', 'head', '--json'])
    if (code === 0 || code === 5) return
    const exited = await Promise.race([
      stage.server.exited,
      new Promise<null>((resolve) => setTimeout(resolve, 200, null)),
    ])
    if (exited !== null) throw new Error(`the server ended with ${exited}; see ${stage.server.log}`)
  }
  throw new Error(`the server did not answer in time; see ${stage.server.log}`)
}

function lastLine(args: readonly string[], { code, stdout, stderr }: Ran): Answer {
  const line = stdout.trimEnd().split('\n').at(-1) ?? ''
  if (code !== 0) throw new Error(`countersign ${args.join(' ')} ended with ${code}:\n${stdout}${stderr}`)
  return JSON.parse(line) as Answer
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })
}

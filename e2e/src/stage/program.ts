/** Starts programs of the product as an operator would, in the seat of the sample site, and ends them by process id. */
import { type ChildProcess, spawn } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import { fileURLToPath } from 'node:url'

export const ROOT = fileURLToPath(new URL('../../..', import.meta.url))
const COUNTERSIGN = `${ROOT}cli/bin/countersign.mjs`

export type Ran = { code: number; stdout: string; stderr: string }
export type Program = {
  pid: number
  log: string
  stop(signal?: NodeJS.Signals): Promise<void>
  exited: Promise<number>
}

/** `namespace` null: right here. */
export function commandLine(namespace: string | null, args: readonly string[]): [string, string[]] {
  const own = [COUNTERSIGN, ...args]
  return namespace === null
    ? [process.execPath, own]
    : ['ip', ['netns', 'exec', namespace, process.execPath, ...own]]
}

/** Runs to its end, bounded in time. */
export function run(
  namespace: string | null,
  args: readonly string[],
  options: { input?: string; timeoutMs?: number } = {},
): Promise<Ran> {
  const [file, argv] = commandLine(namespace, args)
  return new Promise((resolve, reject) => {
    const child = spawn(file, argv, { stdio: ['pipe', 'pipe', 'pipe'], timeout: options.timeoutMs ?? 60_000 })
    let stdout = ''
    let stderr = ''
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk.toString()
    })
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString()
    })
    child.on('error', reject)
    child.on('close', (code) => resolve({ code: code ?? -1, stdout, stderr }))
    child.stdin.end(options.input ?? '')
  })
}

/** Runs on until stopped; its output goes to `log`. `ip netns exec` replaces itself, so the pid is the program's own. */
export function start(namespace: string | null, args: readonly string[], log: string): Program {
  const [file, argv] = commandLine(namespace, args)
  const child = spawn(file, argv, { stdio: ['ignore', 'pipe', 'pipe'] })
  const sink = createWriteStream(log, { flags: 'a' })
  child.stdout?.pipe(sink, { end: false })
  child.stderr?.pipe(sink, { end: false })
  const exited = new Promise<number>((resolve) => child.once('close', (code) => resolve(code ?? -1)))
  return { pid: child.pid ?? -1, log, exited, stop: (signal) => end(child, exited, signal) }
}

const PATIENCE_MS = 15_000

async function end(
  child: ChildProcess,
  exited: Promise<number>,
  signal: NodeJS.Signals = 'SIGTERM',
): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill(signal)
  const timer = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS)
  await exited
  clearTimeout(timer)
}

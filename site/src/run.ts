/** Runs programs to their end, within a time limit. Output is kept in memory: only for short answers. */
import { spawn } from 'node:child_process'
import { SiteFault } from './fault-of-site.ts'

export type Ran = { code: number | null; stdout: string; stderr: string }
export type RunOptions = { input?: string; timeoutMs?: number; cwd?: string }

/** Never throws for what the program answers; a program that cannot be started, or is over time, has code null. */
export function run(command: string, args: string[], options: RunOptions = {}): Promise<Ran> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: options.cwd, stdio: ['pipe', 'pipe', 'pipe'] })
    const ran: Ran = { code: null, stdout: '', stderr: '' }
    const limit = setTimeout(() => {
      ran.stderr += `no answer within ${options.timeoutMs ?? 20_000} ms`
      child.kill('SIGKILL')
    }, options.timeoutMs ?? 20_000)
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      ran.stdout += text
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      ran.stderr += text
    })
    child.stdin.on('error', () => {})
    child.stdin.end(options.input ?? '')
    child.on('error', (error) => {
      ran.stderr += error.message
    })
    child.on('close', (code) => {
      clearTimeout(limit)
      resolve({ ...ran, code })
    })
  })
}

/** As `run`, but throws a fault naming the command and what it said unless it ends with 0. */
export async function must(command: string, args: string[], options: RunOptions = {}): Promise<string> {
  const ran = await run(command, args, options)
  if (ran.code === 0) return ran.stdout
  const said = (ran.stderr || ran.stdout).trim().split('\n').slice(-3).join('; ')
  throw new SiteFault(`failed to run "${command} ${args.join(' ')}": ${said || `ended with ${ran.code}`}`)
}

/**
 * Runs one program to its end without a shell, bounded in time and output. Whatever keeps it from answering is a
 * fault, never an answer. Messages hold the program's name only: its words may hold what its files hold.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { DriverFault } from './driver.ts'

/** What the program answered; `code` is its exit code. */
export type Answer = { code: number; stdout: string; stderr: string }
export type ProgramOptions = {
  signal: AbortSignal
  timeoutMs: number
  /** Written to its standard input, which is then closed. */
  input?: string
  /** Command put before it, such as `ip netns exec NAME`. */
  via?: string[]
}

/** More than this on one stream is not read: a truncated answer is no answer. */
const MAX_BYTES = 1_000_000
const KILL_AFTER_MS = 500

/** Throws `DriverFault` when it cannot start, is aborted, takes too long, dies of a signal or says too much. */
export async function runProgram(name: string, args: string[], options: ProgramOptions): Promise<Answer> {
  if (options.signal.aborted) throw aborted(name)
  const [command = name, ...before] = options.via ?? []
  const rest = options.via?.length ? [...before, name, ...args] : args
  const child = spawn(command, rest, { stdio: 'pipe', env: calmEnvironment() })
  let why: DriverFault | undefined
  const stop = (fault: DriverFault) => {
    if (why) return
    why = fault
    end(child)
  }
  const onAbort = () => stop(aborted(name))
  options.signal.addEventListener('abort', onAbort, { once: true })
  const limit = setTimeout(() => stop(tooLate(name, options.timeoutMs)), options.timeoutMs)
  try {
    const answer = await answerOf(child, options.input ?? '', () => stop(tooMuch(name)))
    if (why) throw why
    if (answer.code === null)
      throw new DriverFault(`"${name}" was ended by a signal`, 'look at the target, then retry')
    return { ...answer, code: answer.code }
  } catch (error) {
    if (error instanceof DriverFault) throw error
    throw new DriverFault(`failed to start "${command}"`, `install it, or check the path`, { cause: error })
  } finally {
    clearTimeout(limit)
    options.signal.removeEventListener('abort', onAbort)
  }
}

function answerOf(child: ChildProcess, input: string, onTooMuch: () => void) {
  const said = { stdout: '', stderr: '' }
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream]?.setEncoding('utf8').on('data', (text: string) => {
      if (said[stream].length + text.length > MAX_BYTES) onTooMuch()
      else said[stream] += text
    })
  }
  child.stdin?.on('error', () => {})
  child.stdin?.end(input)
  return new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve, reject) => {
    child.once('error', reject)
    // A grandchild may hold our pipes open after the program itself has ended by our kill: do not wait for it then.
    child.once('exit', (code, signal) => signal && setTimeout(() => resolve({ code, ...said }), 50))
    child.once('close', (code) => resolve({ code, ...said }))
  })
}

function end(child: ChildProcess): void {
  child.kill('SIGTERM')
  const hard = setTimeout(() => child.kill('SIGKILL'), KILL_AFTER_MS)
  child.once('exit', () => clearTimeout(hard))
}

/** Plain English answers, no agent, nothing of the runner's own environment but where programs and home are. */
function calmEnvironment(): Record<string, string> {
  const { PATH = '/usr/sbin:/usr/bin:/sbin:/bin', HOME = '/' } = process.env
  return { PATH, HOME, LC_ALL: 'C' }
}

const aborted = (name: string) =>
  new DriverFault(`"${name}" was stopped: the step was aborted`, 'observe the target')
const tooLate = (name: string, timeoutMs: number) =>
  new DriverFault(`"${name}" gave no answer within ${timeoutMs} ms`, 'check that the target is reachable')
const tooMuch = (name: string) =>
  new DriverFault(
    `"${name}" said more than ${MAX_BYTES} bytes`,
    'an answer cut short is unknown: look at the target',
  )

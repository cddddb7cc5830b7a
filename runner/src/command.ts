/** The runner's own commands, for who starts it as a program. The last line of standard output is JSON. */
import { enrolRunner, prepareKey, reEnrolRunner, reRoot } from './enrol.ts'
import { RunnerFault } from './fault.ts'
import { readConfig, runProgram } from './program.ts'
import { revokeKey } from './trust/revoked.ts'

const USAGE = `expected one of
  run RUNNER.YAML            work until stopped
  key STATE-FOLDER           make the key (once), print the public key
  enrol RUNNER.YAML          begin the journal under the pinned genesis
  re-enrol RUNNER.YAML       after a lost journal: new key, new journal
  re-root RUNNER.YAML        follow the newly pinned genesis
  revoke RUNNER.YAML KEY     believe this key no more, whatever the chain says`

/** Returns the exit code: 0 done, 1 it must not or cannot, 2 wrong use. */
export async function runCommand(args: readonly string[], say: (line: string) => void): Promise<number> {
  const [name = '', file = '', key = ''] = args
  if (file === '' || (name === 'revoke' && key === '')) return wrongUse(say)
  try {
    if (name === 'run') return await runProgram(file)
    const done = offline(name, file, key)
    if (done === null) return wrongUse(say)
    say(JSON.stringify(done))
    return 0
  } catch (error) {
    const { message } = error as Error
    say(JSON.stringify({ error: message, hint: error instanceof RunnerFault ? error.hint : null }))
    return 1
  }
}

function offline(name: string, file: string, key: string): object | null {
  if (name === 'key') return prepareKey(file)
  const commands = ['enrol', 're-enrol', 're-root', 'revoke']
  if (!commands.includes(name)) return null
  const config = readConfig(file)
  const at = { state: config.state, runner: config.id, genesis: config.trust.genesis, now: Date.now() }
  if (name === 'enrol') return enrolRunner(at)
  if (name === 're-enrol') return reEnrolRunner(at)
  if (name === 're-root') {
    reRoot(at)
    return { genesis: at.genesis }
  }
  revokeKey({ state: config.state, chainFile: config.trust.chain }, key)
  return { revoked: key }
}

function wrongUse(say: (line: string) => void): number {
  say(USAGE)
  return 2
}

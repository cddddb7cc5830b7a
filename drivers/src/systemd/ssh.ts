/**
 * Runs a command on a host through the system's own ssh. Host keys are pinned, nothing is asked, nothing of the
 * user's configuration is read, no agent is used. An abort ends ssh, not the command: that is why every change is made
 * under a lock at the host.
 */
import { DriverFault } from '../driver.ts'
import { type Answer, runProgram } from '../program.ts'
import type { SshSettings } from './unit-step.ts'

export function sshArguments(ssh: SshSettings, command: string): string[] {
  const options = {
    BatchMode: 'yes',
    IdentitiesOnly: 'yes',
    IdentityAgent: 'none',
    IdentityFile: `"${asItIs(ssh.keyFile)}"`,
    UserKnownHostsFile: `"${asItIs(ssh.knownHosts)}"`,
    GlobalKnownHostsFile: 'none',
    StrictHostKeyChecking: 'yes',
    UpdateHostKeys: 'no',
    ConnectTimeout: String(Math.ceil(ssh.connectTimeoutMs / 1000)),
    ServerAliveInterval: '5',
    ServerAliveCountMax: '3',
    PreferredAuthentications: 'publickey',
    ClearAllForwardings: 'yes',
    ForwardAgent: 'no',
    LogLevel: 'ERROR',
  }
  const words = Object.entries(options).flatMap(([name, value]) => ['-o', `${name}=${value}`])
  const place = ['-F', 'none', '-T', '-p', String(ssh.port), '-l', ssh.user]
  return [...place, ...words, '--', ssh.host, command]
}

/** Throws `DriverFault` where the host was not reached; what the command itself answers is the caller's to judge. */
export async function runRemote(
  ssh: SshSettings,
  command: string,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<Answer> {
  const answer = await runProgram('ssh', sshArguments(ssh, command), { signal, timeoutMs, via: ssh.via })
  if (answer.code === 255) throw faultOfSsh(ssh, answer.stderr)
  return answer
}

/** ssh ends with 255 for faults of its own. Its words name files, hosts and algorithms, no secrets. */
export function faultOfSsh(ssh: SshSettings, said: string): DriverFault {
  const host = `host "${ssh.host}"`
  if (/host key verification failed|identification has changed|no .*host key is known/i.test(said))
    return new DriverFault(
      `${host} shows a key that is not pinned`,
      `compare it with ${ssh.knownHosts}, by another way`,
    )
  if (/permission denied/i.test(said))
    return new DriverFault(
      `${host} does not let "${ssh.user}" in`,
      `check the key ${ssh.keyFile} and authorized_keys`,
    )
  if (/identity file .* not accessible|load key/i.test(said))
    return new DriverFault(
      `the key file "${ssh.keyFile}" cannot be used`,
      'check the path, the format and mode 0600',
    )
  const last = said.trim().split('\n').at(-1)?.slice(0, 200) ?? ''
  return new DriverFault(
    `${host} cannot be reached: ${last || 'ssh gave no reason'}`,
    'check address, port and route',
  )
}

/** ssh expands % in paths, and splits them at spaces: hence the quotes where this is used. */
const asItIs = (path: string) => path.replaceAll('%', '%%')

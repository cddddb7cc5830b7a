/**
 * A person's SSH key as `ssh-keygen` uses it: a private key file, or a public one whose other half an agent holds.
 * Private keys are never read here; passphrases are asked for by ssh-keygen itself.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { failed } from '../exit.ts'

/** `line`: type and key of the OpenSSH public key, without comment, as the trust chain names it. */
export type SshKey = { file: string; line: string }

/** Throws a `Stop` where the file is missing or holds no key that can be used. */
export function openKey(path: string): SshKey {
  const file = path.startsWith('~/') ? join(homedir(), path.slice(2)) : path
  if (!existsSync(file))
    throw failed(`there is no key at "${file}"`, 'make one: ssh-keygen -t ed25519 -f KEYFILE')
  const beside = readFileSync(file, 'utf8')
  const line = publicLine(beside) ?? publicHalf(file)
  if (line === null)
    throw failed(
      `"${file}" holds no SSH key`,
      'name a private key, or a .pub whose private half your agent holds',
    )
  return { file, line }
}

/** `ssh-ed25519 AAAA...` of a public key file; null for anything else. */
export function publicLine(text: string): string | null {
  const [type = '', key = ''] = text.trim().split(/\s+/)
  const isPublic = /^(ssh|ecdsa|sk)-[a-z0-9@.-]+$/.test(type) && /^[A-Za-z0-9+/]+=*$/.test(key)
  return isPublic && !text.trim().includes('\n') ? `${type} ${key}` : null
}

/** From the file beside it, so that a passphrase is asked for once only; else from the private key. */
function publicHalf(file: string): string | null {
  if (existsSync(`${file}.pub`)) return publicLine(readFileSync(`${file}.pub`, 'utf8'))
  const run = spawnSync('ssh-keygen', ['-y', '-f', file], {
    encoding: 'utf8',
    stdio: ['inherit', 'pipe', 'pipe'],
  })
  if (run.error !== undefined) throw withoutKeygen(run.error)
  if (run.status === 0) return publicLine(run.stdout)
  throw failed(
    `ssh-keygen cannot read "${file}": ${reason(run.stderr)}`,
    'check that it is a private key that only you can read (chmod 600)',
  )
}

export function withoutKeygen(error: Error): Error {
  return failed(
    `ssh-keygen did not start: ${error.message}`,
    'install OpenSSH (Debian: openssh-client)',
    error,
  )
}

/** The last line that says something. */
export function reason(stderr: string): string {
  const lines = stderr.split('\n').map((line) => line.trim())
  return lines.filter((line) => line !== '' && !/^@+$/.test(line)).at(-1) ?? 'it gave no reason'
}

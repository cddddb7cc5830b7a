/** OpenSSH public keys, of the few kinds whose signatures we accept; every other kind is refused by name. */
import { base64, fromBase64 } from './bytes.ts'
import { ed25519KeyProblem } from './ed25519-key.ts'
import { WireReader } from './ssh-wire.ts'

export type SshKeyType = 'ssh-ed25519' | 'sk-ssh-ed25519@openssh.com' | 'ecdsa-sha2-nistp256'

/**
 * `key`: 32 bytes (Ed25519) or 65 (P-256, uncompressed). `application`: what a security key was made for, like `ssh:`;
 * empty for the others.
 */
export type SshKey = { type: SshKeyType; key: Uint8Array; application: Uint8Array; blob: Uint8Array }

const NOTHING = new Uint8Array(0)

/** Reads `type base64 [comment]`: one line of a `.pub` file, without options before the type. */
export function readSshKeyLine(line: string): SshKey | { refused: string } {
  const [, type = '', body = ''] =
    /^([!-~]+) ([A-Za-z0-9+/=]+)(?: [^\n\r]*)?$/.exec(line.replace(/\n$/, '')) ?? []
  const blob = fromBase64(body)
  if (type === '' || blob === null) return { refused: 'the public key is not a line "type base64"' }
  const key = readSshKey(blob)
  if ('refused' in key) return key
  return key.type === type ? key : { refused: `the public key says "${type}", but holds "${key.type}"` }
}

/** Reads the wire form of a public key. */
export function readSshKey(blob: Uint8Array): SshKey | { refused: string } {
  const reader = new WireReader(blob)
  const type = reader.text()
  switch (type) {
    case 'ssh-ed25519':
    case 'sk-ssh-ed25519@openssh.com': {
      const key = reader.string()
      const application = type === 'ssh-ed25519' ? NOTHING : reader.string()
      if (key === null || application === null || !reader.isDone) return cut(type)
      const problem = ed25519KeyProblem(key)
      return problem === null ? { type, key, application, blob } : { refused: problem }
    }
    case 'ecdsa-sha2-nistp256': {
      const curve = reader.text()
      const key = reader.string()
      if (curve !== 'nistp256' || key?.length !== 65 || key[0] !== 4 || !reader.isDone) return cut(type)
      return { type, key, application: NOTHING, blob }
    }
    default:
      return {
        refused: `keys of type "${type ?? ''}" are not accepted: use ssh-ed25519, sk-ssh-ed25519 or ecdsa-sha2-nistp256`,
      }
  }
}

/** The line without comment: the one spelling in which keys are compared. */
export function sshKeyLine({ type, blob }: SshKey): string {
  return `${type} ${base64(blob)}`
}

function cut(type: string): { refused: string } {
  return { refused: `the ${type} key is malformed` }
}

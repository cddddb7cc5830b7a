/** People with SSH keys in memory, for tests: they sign as `ssh-keygen -Y sign` does, or wrongly where a test asks. */
import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'
import { type Act, type ActName, namespaceOf, type SignedAct } from '@countersign/core/act/act'
import type { Digest } from '@countersign/core/kernel/digest'
import type { Json } from '@countersign/core/kernel/json'
import { canonicalizeSigned } from '@countersign/trail/canonical'

/** `line` is the public key as OpenSSH writes it, without a comment. */
export type Signer = { id: string; roles: string[]; line: string; privateKey: KeyObject }

export function makeSigner(id: string, roles: string[]): Signer {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  const raw = publicKey.export({ type: 'spki', format: 'der' }).subarray(-32)
  return { id, roles, line: `ssh-ed25519 ${keyBlob(raw).toString('base64')}`, privateKey }
}

/** Signs in the first role unless `changes` say otherwise; what is changed is signed as it then stands. */
export function signAct(
  by: Signer,
  act: { act: ActName; subject: Digest; site: Digest; notAfter: number },
  changes: Partial<Act> = {},
): SignedAct {
  const nonce = randomBytes(16).toString('hex')
  const full: Act = { v: 1, role: by.roles[0] ?? '', nonce, ...act, ...changes }
  const message = canonicalizeSigned(full as unknown as Json)
  return { act: full, person: by.id, key: by.line, signature: sshsig(by, namespaceOf(full.act), message) }
}

/** PROTOCOL.sshsig of OpenSSH. */
function sshsig({ privateKey, line }: Signer, namespace: string, message: string): string {
  const hash = createHash('sha512').update(message).digest()
  const shared = [wire(namespace), wire(''), wire('sha512')]
  const signature = sign(null, Buffer.concat([Buffer.from('SSHSIG'), ...shared, wire(hash)]), privateKey)
  const key = Buffer.from(line.split(' ')[1] ?? '', 'base64')
  const proof = wire(Buffer.concat([wire('ssh-ed25519'), wire(signature)]))
  const blob = Buffer.concat([Buffer.from('SSHSIG'), Buffer.from([0, 0, 0, 1]), wire(key), ...shared, proof])
  const lines = blob.toString('base64').match(/.{1,70}/g) ?? []
  return `-----BEGIN SSH SIGNATURE-----\n${lines.join('\n')}\n-----END SSH SIGNATURE-----\n`
}

function keyBlob(raw: Buffer): Buffer {
  return Buffer.concat([wire('ssh-ed25519'), wire(raw)])
}

function wire(value: string | Buffer): Buffer {
  const bytes = Buffer.from(value as string)
  const length = Buffer.alloc(4)
  length.writeUInt32BE(bytes.length)
  return Buffer.concat([length, bytes])
}

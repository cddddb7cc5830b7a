/**
 * OpenSSH signatures over files and texts (PROTOCOL.sshsig), as `ssh-keygen -Y sign` makes them. Stricter than
 * OpenSSH: few algorithms, one spelling, nothing behind the end; the key is the one the caller names, never the file's.
 */
import { concat, equalBytes, fromBase64, utf8 } from './bytes.ts'
import type { Crypto } from './crypto.ts'
import { readSshKey, readSshKeyLine, type SshKey } from './ssh-key.ts'
import { scalarOf, WireReader, wireString } from './ssh-wire.ts'

/** What `armored` must be: a signature in this namespace, over this message, by this key (an OpenSSH line). */
export type SshsigClaim = { armored: string; namespace: string; message: Uint8Array; publicKey: string }

/** `isUserVerified`: a security key that also checked a PIN or fingerprint; false for keys that cannot say. */
export type SshsigVerdict = { ok: true; isUserVerified: boolean } | { ok: false; reason: string }

export type Sshsig = {
  key: SshKey
  namespace: string
  hash: 'sha256' | 'sha512'
  /** In wire form: algorithm, signature and what a security key adds. */
  signature: Uint8Array
}

const MAGIC = utf8('SSHSIG')
const BEGIN = '-----BEGIN SSH SIGNATURE-----\n'
const END = '\n-----END SSH SIGNATURE-----'
/** Bits that a security key sets: a person touched it; a person was recognised. */
const PRESENT = 1
const VERIFIED = 4

/** Checks a signature; `reason` says which part does not fit, in words for a person. */
export function verifySshsig(crypto: Crypto, claim: SshsigClaim): SshsigVerdict {
  const key = readSshKeyLine(claim.publicKey)
  if ('refused' in key) return no(key.refused)
  const sig = parseSshsig(claim.armored)
  if ('refused' in sig) return no(sig.refused)
  if (!equalBytes(sig.key.blob, key.blob)) return no('the signature was made with another key')
  if (sig.namespace !== claim.namespace)
    return no(`expected a signature in namespace "${claim.namespace}", got "${sig.namespace}"`)
  const message = concat(
    MAGIC,
    wireString(sig.namespace),
    wireString(''),
    wireString(sig.hash),
    wireString(sig.hash === 'sha256' ? crypto.sha256(claim.message) : crypto.sha512(claim.message)),
  )
  return verifyBlob(crypto, key, message, sig.signature)
}

/** Takes an armoured signature apart without checking it: who claims to have signed, for what. */
export function parseSshsig(armored: string): Sshsig | { refused: string } {
  const text = armored.endsWith('\n') ? armored.slice(0, -1) : armored
  if (!text.startsWith(BEGIN) || !text.endsWith(END) || text.length < BEGIN.length + END.length)
    return { refused: 'the signature is not armoured as "BEGIN SSH SIGNATURE" to "END SSH SIGNATURE"' }
  const lines = text.slice(BEGIN.length, -END.length).split('\n')
  if (!lines.every((line) => /^[A-Za-z0-9+/=]{1,76}$/.test(line)))
    return { refused: 'the signature holds a line that is not base64' }
  const blob = fromBase64(lines.join(''))
  return blob === null ? { refused: 'the signature is not base64' } : parseBlob(blob)
}

function parseBlob(blob: Uint8Array): Sshsig | { refused: string } {
  const reader = new WireReader(blob)
  const magic = reader.raw(6)
  if (magic === null || !equalBytes(magic, MAGIC)) return { refused: 'the signature is no SSHSIG' }
  const version = reader.uint32()
  if (version !== 1) return { refused: `expected SSHSIG version 1, got ${version}` }
  const keyBlob = reader.string()
  const namespace = reader.text()
  const reserved = reader.string()
  const hash = reader.text()
  const signature = reader.string()
  if (keyBlob === null || namespace === null || reserved === null || hash === null || signature === null)
    return { refused: 'the signature is cut short' }
  if (!reader.isDone) return { refused: 'something stands behind the end of the signature' }
  if (namespace === '') return { refused: 'the signature has no namespace' }
  if (reserved.length > 0) return { refused: 'the reserved field of the signature is not empty' }
  if (hash !== 'sha256' && hash !== 'sha512') return { refused: `hash "${hash}" is not accepted` }
  const key = readSshKey(keyBlob)
  return 'refused' in key ? key : { key, namespace, hash, signature }
}

function verifyBlob(crypto: Crypto, key: SshKey, message: Uint8Array, blob: Uint8Array): SshsigVerdict {
  const reader = new WireReader(blob)
  const type = reader.text()
  if (type !== key.type) return no(`expected a signature of type ${key.type}, got "${type ?? ''}"`)
  const signature = reader.string()
  if (signature === null) return no('the signature is cut short')
  if (type === 'sk-ssh-ed25519@openssh.com') return verifySecurityKey(crypto, key, message, signature, reader)
  if (!reader.isDone) return no('something stands behind the end of the signature')
  if (type === 'ssh-ed25519')
    return signature.length === 64 && crypto.verifyEd25519(key.key, message, signature) ? yes() : wrong()
  const scalars = new WireReader(signature)
  const r = scalarOf(scalars.string() ?? new Uint8Array(0))
  const s = scalarOf(scalars.string() ?? new Uint8Array(0))
  if (r === null || s === null || !scalars.isDone) return no('the signature is malformed')
  return crypto.verifyEcdsaP256(key.key, message, concat(r, s)) ? yes() : wrong()
}

/** PROTOCOL.u2f: the key signs SHA-256(application) || flags || counter || SHA-256(message). */
function verifySecurityKey(
  crypto: Crypto,
  key: SshKey,
  message: Uint8Array,
  signature: Uint8Array,
  reader: WireReader,
): SshsigVerdict {
  const tail = reader.raw(5)
  if (tail === null) return no('the signature is cut short')
  if (!reader.isDone) return no('something stands behind the end of the signature')
  const flags = tail[0] as number
  if ((flags & PRESENT) === 0) return no('nobody touched the security key for this signature')
  const signed = concat(crypto.sha256(key.application), tail, crypto.sha256(message))
  if (signature.length !== 64 || !crypto.verifyEd25519(key.key, signed, signature)) return wrong()
  return yes((flags & VERIFIED) !== 0)
}

function yes(isUserVerified = false): SshsigVerdict {
  return { ok: true, isUserVerified }
}

function no(reason: string): SshsigVerdict {
  return { ok: false, reason }
}

function wrong(): SshsigVerdict {
  return no('the signature does not fit the message')
}

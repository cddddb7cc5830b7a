import { execFileSync, spawnSync } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { base64, concat, fromBase64, fromHex, utf8 } from './bytes.ts'
import { wireString } from './ssh-wire.ts'
import { parseSshsig, type SshsigClaim, verifySshsig } from './sshsig.ts'
import { ed25519FromSeed, nodeCrypto } from './testing/node-crypto.ts'

const folder = mkdtempSync(join(tmpdir(), 'trail-sshsig-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const message = utf8('approve this plan\n')
const namespace = 'approve@example'

function keygen(name: string, ...options: string[]): { path: string; publicKey: string } {
  const path = join(folder, name)
  execFileSync('ssh-keygen', ['-q', '-N', '', '-C', 'test', '-f', path, ...options])
  return { path, publicKey: readFileSync(`${path}.pub`, 'utf8').trim() }
}

function sign(path: string, hash = 'sha512'): string {
  const args = ['-Y', 'sign', '-q', '-n', namespace, '-O', `hashalg=${hash}`, '-f', path]
  return execFileSync('ssh-keygen', args, { input: message, stdio: 'pipe' }).toString()
}

/** What OpenSSH itself says. */
function sshKeygenAgrees({ armored, namespace, message, publicKey }: SshsigClaim): boolean {
  const name = randomBytes(6).toString('hex')
  const signers = join(folder, `${name}.signers`)
  const file = join(folder, `${name}.sig`)
  writeFileSync(signers, `somebody ${publicKey}\n`)
  writeFileSync(file, armored)
  const args = ['-Y', 'verify', '-f', signers, '-I', 'somebody', '-n', namespace, '-s', file]
  return spawnSync('ssh-keygen', args, { input: message }).status === 0
}

const reasonOf = (claim: SshsigClaim): string => {
  const verdict = verifySshsig(nodeCrypto, claim)
  return verdict.ok ? 'accepted' : verdict.reason
}

function armor(blob: Uint8Array): string {
  const lines = base64(blob).replace(/.{70}/g, '$&\n').replace(/\n$/, '')
  return `-----BEGIN SSH SIGNATURE-----\n${lines}\n-----END SSH SIGNATURE-----\n`
}

function unarmor(armored: string): Uint8Array {
  return fromBase64(armored.split('\n').slice(1, -2).join('')) as Uint8Array
}

const ed25519 = keygen('ed25519', '-t', 'ed25519')
const other = keygen('other', '-t', 'ed25519')
const ecdsa = keygen('ecdsa', '-t', 'ecdsa', '-b', '256')

/** A security key made of software: the same bytes as from hardware, and OpenSSH checks them the same way. */
const soft = ed25519FromSeed(new Uint8Array(32).fill(7))
const SK = 'sk-ssh-ed25519@openssh.com'
const skBlob = concat(wireString(SK), wireString(soft.publicKey), wireString('ssh:'))
const skLine = `${SK} ${base64(skBlob)}`

function skSign(flags: number): string {
  const sha = (algorithm: string, bytes: Uint8Array): Uint8Array =>
    createHash(algorithm).update(bytes).digest()
  const head = [wireString(namespace), wireString(''), wireString('sha512')]
  const toSign = concat(utf8('SSHSIG'), ...head, wireString(sha('sha512', message)))
  const tail = Uint8Array.of(flags, 0, 0, 0, 9)
  const raw = soft.sign(concat(sha('sha256', utf8('ssh:')), tail, sha('sha256', toSign)))
  const blob = concat(wireString(SK), wireString(raw), tail)
  return armor(
    concat(utf8('SSHSIG'), Uint8Array.of(0, 0, 0, 1), wireString(skBlob), ...head, wireString(blob)),
  )
}

const base = { namespace, message, publicKey: ed25519.publicKey, armored: sign(ed25519.path) }

describe('what ssh-keygen signed', () => {
  test.each([
    { name: 'ed25519 with sha512', key: ed25519, hash: 'sha512' },
    { name: 'ed25519 with sha256', key: ed25519, hash: 'sha256' },
    { name: 'ecdsa with sha512', key: ecdsa, hash: 'sha512' },
    { name: 'ecdsa with sha256', key: ecdsa, hash: 'sha256' },
  ])('is accepted: $name', ({ key, hash }) => {
    const claim = { ...base, publicKey: key.publicKey, armored: sign(key.path, hash) }
    expect(verifySshsig(nodeCrypto, claim)).toEqual({ ok: true, isUserVerified: false })
    expect(sshKeygenAgrees(claim)).toBe(true)
    expect(parseSshsig(claim.armored)).toMatchObject({ namespace, hash })
  })

  test('is accepted whatever r and s look like (short, or with a leading bit)', () => {
    for (let i = 0; i < 40; i++) {
      const claim = { ...base, publicKey: ecdsa.publicKey, armored: sign(ecdsa.path) }
      expect(reasonOf(claim)).toBe('accepted')
    }
  })

  test('is accepted from a security key that was touched, and says whether it knew the person', () => {
    for (const [flags, isUserVerified] of [
      [1, false],
      [5, true],
    ] as const) {
      const claim = { ...base, publicKey: skLine, armored: skSign(flags) }
      expect(verifySshsig(nodeCrypto, claim)).toEqual({ ok: true, isUserVerified })
      expect(sshKeygenAgrees(claim)).toBe(true)
    }
    const claim = { ...base, publicKey: skLine, armored: skSign(4) }
    expect(reasonOf(claim)).toBe('nobody touched the security key for this signature')
    // OpenSSH leaves this question to sshd: here we are stricter.
    expect(sshKeygenAgrees(claim)).toBe(true)
  })
})

describe('both refuse', () => {
  const claims: { name: string; claim: SshsigClaim; reason: string }[] = [
    {
      name: 'another namespace',
      claim: { ...base, namespace: 'deny@example' },
      reason: 'expected a signature in namespace "deny@example", got "approve@example"',
    },
    {
      name: 'another message',
      claim: { ...base, message: utf8('approve that plan\n') },
      reason: 'the signature does not fit the message',
    },
    {
      name: 'another key',
      claim: { ...base, publicKey: other.publicKey },
      reason: 'the signature was made with another key',
    },
    {
      name: "a security key's other application",
      claim: {
        ...base,
        publicKey: `${SK} ${base64(concat(wireString(SK), wireString(soft.publicKey), wireString('ssh:x')))}`,
        armored: skSign(1),
      },
      reason: 'the signature was made with another key',
    },
  ]
  test.each(claims)('$name', ({ claim, reason }) => {
    expect(reasonOf(claim)).toBe(reason)
    expect(sshKeygenAgrees(claim)).toBe(false)
  })

  test('a signature cut anywhere', () => {
    const blob = unarmor(base.armored)
    for (let length = 0; length < blob.length; length++)
      expect(reasonOf({ ...base, armored: armor(blob.subarray(0, length)) }), `${length} bytes`).not.toBe(
        'accepted',
      )
    const claim = { ...base, armored: armor(blob.subarray(0, -1)) }
    expect(reasonOf(claim)).toBe('the signature is cut short')
    expect(sshKeygenAgrees(claim)).toBe(false)
  })

  test('a signature with any byte changed', () => {
    for (const [publicKey, armored] of [
      [ed25519.publicKey, base.armored],
      [ecdsa.publicKey, sign(ecdsa.path)],
      [skLine, skSign(1)],
    ] as const) {
      const blob = unarmor(armored)
      for (let at = 0; at < blob.length; at++)
        for (const flip of [1, 128]) {
          const copy = Uint8Array.from(blob)
          copy[at] = (copy[at] as number) ^ flip
          expect(reasonOf({ ...base, publicKey, armored: armor(copy) }), `byte ${at}`).not.toBe('accepted')
        }
    }
  })
})

describe('refused here, for reasons that are said', () => {
  const blob = unarmor(base.armored)
  const swap = (from: string, to: string): string => {
    const text = Buffer.from(blob).toString('latin1')
    return armor(Buffer.from(text.replace(from, to), 'latin1'))
  }
  test.each([
    {
      name: 'bytes behind the end',
      armored: armor(concat(blob, Uint8Array.of(0))),
      reason: 'behind the end',
    },
    { name: 'text around the armour', armored: `x\n${base.armored}`, reason: 'not armoured' },
    { name: 'nothing', armored: '', reason: 'not armoured' },
    {
      name: 'begin and end that overlap',
      armored: '-----BEGIN SSH SIGNATURE-----\n-----END SSH SIGNATURE-----',
      reason: 'not armoured',
    },
    { name: 'an empty line', armored: base.armored.replace('\n', '\n\n'), reason: 'not base64' },
    { name: 'Windows line ends', armored: base.armored.replaceAll('\n', '\r\n'), reason: 'not armoured' },
    {
      name: 'another version',
      armored: swap('SSHSIG\0\0\0\x01', 'SSHSIG\0\0\0\x02'),
      reason: 'version 1, got 2',
    },
    { name: 'another magic', armored: swap('SSHSIG', 'SSHSIX'), reason: 'no SSHSIG' },
    { name: 'sha1', armored: swap('\x06sha512', '\x06sha5-1'), reason: 'hash "sha5-1" is not accepted' },
    {
      name: 'a reserved field',
      armored: swap('example\0\0\0\0', 'example\0\0\0\x01x'),
      reason: 'reserved field',
    },
  ])('$name', ({ armored, reason }) => {
    expect(reasonOf({ ...base, armored })).toContain(reason)
  })

  test('RSA, and other curves', () => {
    const rsa = keygen('rsa', '-t', 'rsa', '-b', '2048')
    const p384 = keygen('p384', '-t', 'ecdsa', '-b', '384')
    expect(reasonOf({ ...base, publicKey: rsa.publicKey, armored: sign(rsa.path) })).toContain(
      '"ssh-rsa" are not accepted',
    )
    expect(reasonOf({ ...base, publicKey: p384.publicKey })).toContain('nistp384')
    expect(reasonOf({ ...base, armored: sign(rsa.path) })).toContain('"ssh-rsa" are not accepted')
  })

  test('keys for which a signature proves nothing, and lines that are no key', () => {
    const line = (key: Uint8Array): string =>
      `ssh-ed25519 ${base64(concat(wireString('ssh-ed25519'), wireString(key)))}`
    const rows: [string, string][] = [
      [line(new Uint8Array(32)), 'low order'],
      [line(fromHex(`01${'00'.repeat(31)}`) as Uint8Array), 'low order'],
      [line(fromHex(`ee${'ff'.repeat(30)}7f`) as Uint8Array), 'not in canonical form'],
      [line(fromHex(`02${'00'.repeat(31)}`) as Uint8Array), 'no point on the curve'],
      [line(new Uint8Array(31)), '32 bytes'],
      [`from="*" ${ed25519.publicKey}`, 'not a line'],
      [ed25519.publicKey.replace('ssh-ed25519', 'ssh-rsa'), 'says "ssh-rsa"'],
      ['', 'not a line'],
    ]
    for (const [publicKey, reason] of rows) expect(reasonOf({ ...base, publicKey })).toContain(reason)
  })
})

/**
 * Writes and reads plain tar archives (POSIX ustar): enough for a folder of files below 8 GB, readable with any tar.
 * Written files end in a digest of everything before, so that a torn copy is noticed before it is used.
 */
import { createHash } from 'node:crypto'
import { type FileHandle, mkdir, open } from 'node:fs/promises'
import { dirname, join, normalize } from 'node:path'

const BLOCK = 512
const CHUNK = 1 << 20
export const DIGEST_ENTRY = 'digest'

export type TarWriter = {
  /** Exactly `size` bytes of the file as it is now; one that shrank meanwhile is filled up with zeros. */
  file(name: string, path: string, size: number): Promise<void>
  bytes(name: string, bytes: Uint8Array): Promise<void>
  folder(name: string): Promise<void>
  /** Adds the digest, and waits until all of it is on disk. */
  finish(): Promise<void>
}

/** Fails if the file exists. Mode 0600. */
export async function writeTar(path: string): Promise<TarWriter> {
  const out = await open(path, 'wx', 0o600)
  const hash = createHash('sha256')
  const write = async (bytes: Uint8Array) => {
    hash.update(bytes)
    await out.writeFile(bytes)
  }
  const pad = (size: number) => write(new Uint8Array((BLOCK - (size % BLOCK)) % BLOCK))
  const bytes = async (name: string, content: Uint8Array) => {
    await write(header(name, content.length, '0'))
    await write(content)
    await pad(content.length)
  }
  return {
    bytes,
    folder: (name) => write(header(`${name}/`, 0, '5')),
    async file(name, source, size) {
      await write(header(name, size, '0'))
      const input = await open(source, 'r')
      try {
        for (let left = size; left > 0; ) {
          const chunk = Buffer.alloc(Math.min(left, CHUNK))
          await input.read(chunk, 0, chunk.length, size - left)
          await write(chunk)
          left -= chunk.length
        }
      } finally {
        await input.close()
      }
      await pad(size)
    },
    async finish() {
      await bytes(DIGEST_ENTRY, Buffer.from(hash.copy().digest('hex')))
      await out.writeFile(new Uint8Array(2 * BLOCK))
      await out.sync()
      await out.close()
    },
  }
}

function header(name: string, size: number, type: '0' | '5'): Uint8Array {
  if (Buffer.byteLength(name) > 100) throw new Error(`expected a path of at most 100 bytes, got "${name}"`)
  const block = Buffer.alloc(BLOCK)
  const octal = (value: number, at: number, width: number) =>
    block.write(`${value.toString(8).padStart(width - 1, '0')}\0`, at, 'latin1')
  block.write(name, 0)
  octal(type === '5' ? 0o700 : 0o600, 100, 8)
  octal(0, 108, 8)
  octal(0, 116, 8)
  octal(size, 124, 12)
  octal(0, 136, 12)
  block.fill(' ', 148, 156)
  block.write(type, 156)
  block.write('ustar\x0000', 257, 'latin1')
  octal(
    block.reduce((sum, byte) => sum + byte, 0),
    148,
    7,
  )
  return block
}

/** Checks the digest first, then unpacks into `folder`. Throws where the archive is torn, changed, or leads outside. */
export async function readTar(path: string, folder: string): Promise<void> {
  const input = await open(path, 'r')
  try {
    await checkDigest(input, path)
    for await (const { name, type, at, size } of entries(input)) {
      if (name === DIGEST_ENTRY) return
      const target = join(folder, name)
      if (normalize(name).startsWith('..') || name.startsWith('/'))
        throw new Error(`expected only files within the backup, got "${name}"`)
      if (type === '5') await mkdir(target, { recursive: true, mode: 0o700 })
      else await unpack(input, target, at, size)
    }
  } finally {
    await input.close()
  }
}

async function unpack(input: FileHandle, target: string, at: number, size: number): Promise<void> {
  await mkdir(dirname(target), { recursive: true, mode: 0o700 })
  const out = await open(target, 'wx', 0o600)
  try {
    for await (const chunk of chunks(input, at, size)) await out.writeFile(chunk)
    await out.sync()
  } finally {
    await out.close()
  }
}

async function* chunks(input: FileHandle, at: number, size: number): AsyncGenerator<Uint8Array> {
  for (let done = 0; done < size; ) {
    const chunk = Buffer.alloc(Math.min(size - done, CHUNK))
    const { bytesRead } = await input.read(chunk, 0, chunk.length, at + done)
    if (bytesRead === 0) throw new Error('the backup ends too early')
    yield chunk.subarray(0, bytesRead)
    done += bytesRead
  }
}

async function* entries(input: FileHandle) {
  for (let at = 0; ; ) {
    const block = Buffer.alloc(BLOCK)
    const { bytesRead } = await input.read(block, 0, BLOCK, at)
    const name = block.toString('utf8', 0, block.indexOf(0))
    if (bytesRead < BLOCK || name === '') return
    const size = Number.parseInt(block.toString('latin1', 124, 135), 8)
    if (!Number.isSafeInteger(size)) throw new Error(`the backup is damaged at "${name}"`)
    yield { name: name.replace(/\/$/, ''), type: block.toString('latin1', 156, 157), at: at + BLOCK, size }
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK
  }
}

async function checkDigest(input: FileHandle, path: string): Promise<void> {
  for await (const { name, at, size } of entries(input)) {
    if (name !== DIGEST_ENTRY) continue
    const hash = createHash('sha256')
    for await (const chunk of chunks(input, 0, at - BLOCK)) hash.update(chunk)
    const held = Buffer.alloc(size)
    await input.read(held, 0, size, at)
    if (held.toString() === hash.digest('hex')) return
    throw new Error(`the backup ${path} was changed or damaged: its digest does not hold`)
  }
  throw new Error(`the backup ${path} is not whole: it has no digest`)
}

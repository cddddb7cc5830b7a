/**
 * A head of the log, and the file that remembers the newest one published. The file lies outside the database on
 * purpose: it is how a replica notices that a database has gone back in time.
 */
import { open, readFile, rename } from 'node:fs/promises'
import { dirname } from 'node:path'
import { base64 } from '@countersign/trail/bytes'
import { parseCheckpoint, readOrigin } from '@countersign/trail/checkpoint'
import { parseNote } from '@countersign/trail/note'

/** `root` in base64. */
export type Head = { incarnation: number; size: number; root: string }
export type PublishedHead = Head & { note: string }

/** The head that a signed note is about. Throws where it is no checkpoint of ours. */
export function readHead(note: string): PublishedHead {
  const parsed = parseNote(note)
  if ('refused' in parsed) throw new Error(`the published head is no signed note: ${parsed.refused}`)
  const checkpoint = parseCheckpoint(parsed.text)
  if ('refused' in checkpoint) throw new Error(`the published head is no checkpoint: ${checkpoint.refused}`)
  const origin = readOrigin(checkpoint.origin)
  if (origin === null) throw new Error(`expected an origin with an incarnation, got "${checkpoint.origin}"`)
  return { incarnation: origin.incarnation, size: checkpoint.size, root: base64(checkpoint.root), note }
}

/** Null where nothing was published from here yet. */
export async function readHeadFile(file: string): Promise<PublishedHead | null> {
  try {
    return readHead(await readFile(file, 'utf8'))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw new Error(`failed to read ${file}: ${(error as Error).message}`, { cause: error })
  }
}

/** Replaces the file; after a crash at any point it holds the old or the new head, whole. */
export async function writeHeadFile(file: string, note: string): Promise<void> {
  const partial = `${file}.partial`
  const handle = await open(partial, 'w', 0o644)
  try {
    await handle.writeFile(note)
    await handle.sync()
  } finally {
    await handle.close()
  }
  await rename(partial, file)
  const folder = await open(dirname(file), 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

export function tell(head: Head | null): string {
  return head === null
    ? 'an empty log'
    : `size ${head.size} of incarnation ${head.incarnation} (${head.root.slice(0, 12)}…)`
}

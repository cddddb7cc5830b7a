/**
 * Checkpoints (C2SP tlog-checkpoint): origin, size and root of the log in a signed note. The origin carries the
 * incarnation, so that a log restored from a backup can never pass as the longer one it was before.
 */
import { base64, fromBase64 } from './bytes.ts'
import type { Crypto, Sign } from './crypto.ts'
import { isKeyName, signNote } from './note.ts'

export type Checkpoint = { origin: string; size: number; root: Uint8Array }

/** `<site name>/log/<incarnation>`: the origin and also the name of the log's key. Incarnations count from 1. */
export function originOf(site: string, incarnation: number): string {
  const origin = `${site}/log/${incarnation}`
  if (readOrigin(origin) === null)
    throw new Error(`expected a site name without spaces and a number from 1, got "${origin}"`)
  return origin
}

/** Takes an origin apart; null if it has another form. */
export function readOrigin(origin: string): { site: string; incarnation: number } | null {
  const [, site = '', digits = ''] = /^(.+)\/log\/([1-9][0-9]{0,8})$/u.exec(origin) ?? []
  return site !== '' && isKeyName(site) ? { site, incarnation: Number(digits) } : null
}

/** The text that gets signed: three lines. */
export function checkpointText(checkpoint: Checkpoint): string {
  return `${checkpoint.origin}\n${checkpoint.size}\n${base64(checkpoint.root)}\n`
}

/** Reads a checkpoint's text strictly; extension lines are refused. */
export function parseCheckpoint(text: string): Checkpoint | { refused: string } {
  const [origin = '', digits = '', hash = '', rest, ...more] = text.split('\n')
  if (rest !== '' || more.length > 0) return { refused: 'expected exactly three lines' }
  if (origin === '') return { refused: 'the origin is missing' }
  const size = /^(?:0|[1-9][0-9]*)$/.test(digits) ? Number(digits) : Number.NaN
  if (!Number.isSafeInteger(size)) return { refused: `"${digits}" is not a tree size` }
  const root = fromBase64(hash)
  if (root?.length !== 32) return { refused: `"${hash}" is not a root hash` }
  return { origin, size, root }
}

/** The signed checkpoint. The key's name is the origin, as the specification recommends. */
export function signCheckpoint(
  crypto: Crypto,
  checkpoint: Checkpoint,
  key: { publicKey: Uint8Array; sign: Sign },
): string {
  return signNote(crypto, checkpointText(checkpoint), { name: checkpoint.origin, ...key })
}

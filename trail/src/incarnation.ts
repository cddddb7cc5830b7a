/**
 * After a restore or a lossy failover the log goes on as the next incarnation, and the first thing it says is what was
 * before: the old head. A restart without that announcement, or one that contradicts what is known, is a finding.
 */
import { base64, fromBase64 } from './bytes.ts'
import type { Json } from './canonical.ts'
import { type Checkpoint, readOrigin } from './checkpoint.ts'

/** Of the type that starts a new incarnation. Its state names `incarnation` and `previous: {origin, root, size}`. */
export const REINCARNATION = 'log-reincarnated'

export type Announcement = { incarnation: number; previous: Checkpoint }

/** Reads the announcement from an entry's state; further fields are the product's own. Null if it names none. */
export function readAnnouncement(state: Json): Announcement | null {
  if (!isObject(state) || !isObject(state['previous'])) return null
  const { incarnation, previous } = state
  const { origin, root, size } = previous
  const hash = typeof root === 'string' ? fromBase64(root) : null
  if (typeof incarnation !== 'number' || typeof origin !== 'string' || typeof size !== 'number') return null
  if (!Number.isSafeInteger(incarnation) || !Number.isSafeInteger(size) || hash?.length !== 32) return null
  return { incarnation, previous: { origin, size, root: hash } }
}

/** The state of an announcement, to be extended by the product. */
export function announcementState({ incarnation, previous }: Announcement): { [key: string]: Json } {
  return {
    incarnation,
    previous: { origin: previous.origin, root: base64(previous.root), size: previous.size },
  }
}

/** Why this announcement cannot follow what the log was so far; null if it can. */
export function announcementProblem(
  announced: Announcement,
  known: { site: string; incarnation: number; head: Checkpoint | null },
): string | null {
  const { incarnation, previous } = announced
  if (incarnation !== known.incarnation + 1)
    return `expected incarnation ${known.incarnation + 1}, got ${incarnation}`
  const origin = readOrigin(previous.origin)
  if (origin?.site !== known.site || origin.incarnation !== known.incarnation)
    return `the old head belongs to "${previous.origin}", not to incarnation ${known.incarnation} of this log`
  const { head } = known
  if (head !== null && previous.size < head.size)
    return `the old head has size ${previous.size}, but a checkpoint of size ${head.size} was published before`
  return null
}

function isObject(value: Json | undefined): value is { [key: string]: Json } {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
}

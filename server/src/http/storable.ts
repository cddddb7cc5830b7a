/** Finds text that could not be stored, anywhere in a request, before anything is done with it. */
import { isStorable } from '@countersign/core/kernel/text'

/** The path to the first such text; null where there is none. */
export function unstorablePath(value: unknown, path: string): string | null {
  if (typeof value === 'string') return isStorable(value) ? null : path
  if (value === null || typeof value !== 'object') return null
  for (const [key, item] of Object.entries(value)) {
    const found = isStorable(key) ? unstorablePath(item, `${path}.${key}`) : path
    if (found !== null) return found
  }
  return null
}

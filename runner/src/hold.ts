/**
 * The hold that needs neither server nor database: while the file exists, this runner starts nothing. A signal makes
 * the file, so that only a person who removes it lifts the hold.
 */
import { statSync, writeFileSync } from 'node:fs'

export type LocalHold = { isHeld(): boolean; set(because: string): void }

export function localHold(file: string): LocalHold {
  // Set by the signal until the file is there: a full disk must not swallow the hold.
  let withoutFile = false
  return {
    isHeld: () => withoutFile || isThere(file),
    set(because) {
      withoutFile = true
      writeFileSync(file, `${because}\n`, { flag: 'a' })
      withoutFile = false
    },
  }
}

/** A file that cannot be looked for counts as there: unknown is never yes. */
function isThere(file: string): boolean {
  try {
    statSync(file)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ENOENT'
  }
}

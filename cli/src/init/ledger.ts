/** Writes files that are missing and never touches those that are there; remembers which, for the table at the end. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

export type Row = { file: string; state: 'written' | 'kept' | 'completed' | 'left out'; what: string }

export type Ledger = {
  rows: Row[]
  /** Answers whether it was written. `file` counts from the folder; an absolute one stays as it is. */
  put(file: string, what: string, text: () => string, mode?: number): boolean
  note(row: Row): void
}

const SECRET = 0o600

export function openLedger(dir: string): Ledger {
  mkdirSync(dir, { recursive: true })
  const rows: Row[] = []
  return {
    rows,
    note: (row) => {
      rows.push(row)
    },
    put(file, what, text, mode) {
      const path = file.startsWith('/') ? file : join(dir, file)
      const isThere = existsSync(path)
      if (!isThere) {
        mkdirSync(dirname(path), { recursive: true, mode: mode === SECRET ? 0o700 : 0o755 })
        writeFileSync(path, text(), { flag: 'wx', mode: mode ?? 0o644 })
      }
      rows.push({ file, what, state: isThere ? 'kept' : 'written' })
      return !isThere
    },
  }
}

export const SECRET_MODE = SECRET

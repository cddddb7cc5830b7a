/** Whole files that are there after a power cut: written beside, flushed, renamed, and the folder flushed. */
import { closeSync, fsyncSync, openSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

export function writeDurably(file: string, text: string, mode = 0o600): void {
  const beside = `${file}.new`
  const fd = openSync(beside, 'w', mode)
  try {
    writeFileSync(fd, text)
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
  renameSync(beside, file)
  flushFolder(dirname(file))
}

export function flushFolder(folder: string): void {
  const fd = openSync(folder, 'r')
  try {
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}

/** Cuts a stream of bytes into lines of strict UTF-8, in memory for one line only. */
import { concat, fromUtf8 } from './bytes.ts'

/** Longer lines are no export's: a cap, so that a hostile file cannot fill the memory. */
export const MAX_LINE_BYTES = 16 * 1024 * 1024

export type BadLine = 'not-utf8' | 'too-long' | 'no-newline'

const NEWLINE = 10

/** `onLine` gets each line without its newline, or what is wrong with it. Call `end` after the last chunk. */
export function createLineSplitter(onLine: (line: string | { bad: BadLine }) => void): {
  push(chunk: Uint8Array): void
  end(): void
} {
  let held: Uint8Array[] = []
  let length = 0
  const emit = (bytes: Uint8Array): void => {
    onLine(length > MAX_LINE_BYTES ? { bad: 'too-long' } : (fromUtf8(bytes) ?? { bad: 'not-utf8' }))
    held = []
    length = 0
  }
  return {
    push(chunk) {
      let from = 0
      for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, from)) {
        const part = chunk.subarray(from, at)
        length += part.length
        emit(held.length === 0 ? part : concat(...held, part))
        from = at + 1
      }
      if (from === chunk.length) return
      length += chunk.length - from
      if (length > MAX_LINE_BYTES) held = []
      else held.push(chunk.slice(from))
    },
    end() {
      if (length > 0) onLine({ bad: 'no-newline' })
      held = []
      length = 0
    },
  }
}

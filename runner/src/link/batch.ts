/** How many receipts go into one report: bounded in count and in bytes, as what takes them is. */
import type { Receipt } from '@countersign/core/runner/protocol'

/** The server takes 100 receipts and 1 MiB in one report. */
export const MOST_AT_ONCE = 64
const MOST_BYTES = 512 * 1024

/** The first ones, at least one. */
export function atOnce(receipts: readonly Receipt[], most: number): Receipt[] {
  const batch: Receipt[] = []
  let bytes = 0
  for (const receipt of receipts) {
    bytes += Buffer.byteLength(JSON.stringify(receipt)) + 1
    if (batch.length > 0 && (bytes > MOST_BYTES || batch.length >= most)) break
    batch.push(receipt)
  }
  return batch
}

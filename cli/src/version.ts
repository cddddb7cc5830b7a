/** The version that this program was built as. */

declare const COUNTERSIGN_VERSION: string

export const VERSION = typeof COUNTERSIGN_VERSION === 'string' ? COUNTERSIGN_VERSION : '0.0.0'

/** What a runner says of its own health, for people who look after it. What it did stands in the journal. */
export type Log = (event: string, details: { [key: string]: string | number | boolean | null }) => void

/** One JSON object per line on standard error. */
export const logToStderr: Log = (event, details) => {
  process.stderr.write(`${JSON.stringify({ at: new Date().toISOString(), event, ...details })}\n`)
}

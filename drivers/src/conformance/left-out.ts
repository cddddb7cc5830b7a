/** Whether a conformance test can run here; says in one line what is left out, and why. */
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** Real programs take seconds and some need root: they run only where they are asked for. */
export function whyLeftOut(needs: { root?: boolean; programs: string[]; also?: () => string | undefined }) {
  if (process.env['COUNTERSIGN_CONFORMANCE'] !== '1') return 'COUNTERSIGN_CONFORMANCE=1 is not set'
  if (needs.root && process.getuid?.() !== 0) return 'it needs root'
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/sbin']
  const missing = needs.programs.filter(
    (program) => !folders.some((folder) => existsSync(join(folder, program))),
  )
  if (missing.length > 0) return `programs are missing: ${missing.join(', ')}`
  return needs.also?.()
}

const told = new Set<string>()

/** Whether there is a reason; tells it once for each driver. */
export function sayLeftOut(what: string, why: string | undefined): boolean {
  if (why === undefined) return false
  const line = `left out: conformance of ${what.split(/[ .]/)[0]}: ${why}`
  if (!told.has(line)) process.stderr.write(`${line}\n`)
  told.add(line)
  return true
}

/** Measures the rows whose name contains NAME; a table for people, `--json` puts the rows into the last line. */
import { audit } from './audit.ts'
import { decide } from './decide.ts'
import { path } from './path.ts'
import type { Bench, Row } from './row.ts'

const BENCHES: readonly Bench[] = [decide, path, audit]
const words = process.argv.slice(2).filter((word) => !word.startsWith('--'))
const say = (line: string) => process.stderr.write(`  ${line}\n`)

async function main(): Promise<number> {
  const wanted = BENCHES.filter(({ name }) => words.length === 0 || words.some((word) => name.includes(word)))
  if (wanted.length === 0) {
    process.stderr.write(
      `error: no row is called "${words.join(' ')}"\nhint: there are ${BENCHES.map(({ name }) => name).join(', ')}\n`,
    )
    return 2
  }
  const rows: Row[] = []
  for (const bench of wanted) {
    process.stderr.write(`${bench.name}: ${bench.says}\n`)
    rows.push(...(await bench.run(say)))
  }
  for (const { what, value, unit, anchor, anchorValue, ratio } of rows)
    process.stderr.write(
      `${what.padEnd(46)} ${String(value).padStart(9)} ${unit.padEnd(4)} ${String(ratio).padStart(8)} x  ${anchor} (${anchorValue})\n`,
    )
  process.stdout.write(`${JSON.stringify({ rows })}\n`)
  return 0
}

process.exitCode = await main()

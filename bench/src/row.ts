/** One figure beside its anchor, measured in the same run: machines drift, ratios hold. */
export type Row = {
  what: string
  value: number
  unit: string
  anchor: string
  anchorValue: number
  ratio: number
}

export type Bench = { name: string; says: string; run(say: (line: string) => void): Promise<Row[]> }

/** `ratio` = value / anchorValue. */
export function row(what: string, value: number, unit: string, anchor: string, anchorValue: number): Row {
  const round = (number: number) => Number(number.toPrecision(4))
  return {
    what,
    value: round(value),
    unit,
    anchor,
    anchorValue: round(anchorValue),
    ratio: round(value / anchorValue),
  }
}

/** The value below which the share `q` of all lies. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? Number.NaN
}

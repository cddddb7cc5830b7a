/** Tables for people: columns as wide as their longest cell, the last one runs on. Cells are made visible first. */
import { visible } from './visible.ts'

/** Rows without a head. The text of all cells is made visible; leading spaces stay. */
export function columns(rows: readonly (readonly string[])[]): string {
  const shown = rows.map((row) => row.map(visible))
  const widths: number[] = []
  for (const row of shown)
    row.forEach((cell, index) => {
      widths[index] = Math.max(widths[index] ?? 0, widthOf(cell))
    })
  return shown
    .map((row) =>
      row.map((cell, index) => pad(cell, index === row.length - 1 ? 0 : widths[index])).join('  '),
    )
    .map((line) => line.trimEnd())
    .join('\n')
}

/** Rows under a head in capitals; says so where there are none. */
export function table(head: readonly string[], rows: readonly (readonly string[])[], none = 'none'): string {
  return rows.length === 0 ? none : columns([head.map((name) => name.toUpperCase()), ...rows])
}

function pad(cell: string, width = 0): string {
  return cell + ' '.repeat(Math.max(0, width - widthOf(cell)))
}

const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/gu

/** Columns that the text takes: wide characters count two, combining marks none. */
function widthOf(text: string): number {
  const plain = text.replace(/\p{M}/gu, '')
  return [...plain].length + (plain.match(WIDE)?.length ?? 0)
}

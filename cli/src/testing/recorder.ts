/** A terminal that remembers, for tests: no colours, nobody sits at it. */
import type { Terminal } from '../terminal/terminal.ts'

export type Recorder = Terminal & { shown: string[]; told: string[]; results: unknown[] }

export function recorder(json = false): Recorder {
  const [shown, told, results]: [string[], string[], unknown[]] = [[], [], []]
  return {
    shown,
    told,
    results,
    show: (text) => {
      if (!json) shown.push(text)
    },
    tell: (text) => {
      told.push(text)
    },
    result: (value) => {
      results.push(value)
    },
    colour: (_, text) => text,
    json,
    interactive: false,
    redraws: false,
  }
}

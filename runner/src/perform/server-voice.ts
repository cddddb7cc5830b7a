/** What the server said last: whether it is there at all, and what must stop. */
import type { ServerWord } from '@countersign/core/runner/protocol'
import type { Clock } from '../clock.ts'

export type StopWord = 'hold' | 'abort' | 'reverse'

export type ServerVoice = {
  heard(word: ServerWord): void
  /** A task named this grant: it stands until the grant is done with. */
  stop(grant: string, how: StopWord): void
  stopFor(grant: string): StopWord | null
  /** Milliseconds since the last word; infinite before the first. */
  silentFor(): number
  /** Resolves at the first word, or after `timeoutMs`. */
  firstWord(timeoutMs: number): Promise<void>
}

const STRONGER: readonly StopWord[] = ['hold', 'abort', 'reverse']

export function createServerVoice(clock: Clock): ServerVoice {
  const asked = new Map<string, StopWord>()
  let listed = new Map<string, StopWord>()
  let last = Number.NEGATIVE_INFINITY
  let speak = (): void => {}
  const first = new Promise<void>((resolve) => {
    speak = resolve
  })
  return {
    heard(word) {
      last = clock.mono()
      clock.heard(word.clock)
      listed = new Map(word.stop.map(({ grant, how }) => [grant, how]))
      speak()
    },
    stop(grant, how) {
      asked.set(grant, how)
    },
    stopFor(grant) {
      const words = [asked.get(grant), listed.get(grant)]
      return STRONGER.findLast((word) => words.includes(word)) ?? null
    },
    silentFor: () => Math.round(clock.mono() - last),
    async firstWord(timeoutMs) {
      let timer: NodeJS.Timeout | undefined
      const late = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, timeoutMs)
      })
      await Promise.race([first, late])
      clearTimeout(timer)
    },
  }
}

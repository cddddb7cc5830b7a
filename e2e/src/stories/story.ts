/** A story: what a user does and what must come of it, played on a stage through the public API. */
import type { Stage } from '../stage/stage.ts'

export type Story = {
  name: string
  title: string
  /** `real` needs network namespaces and systemd; it is left out elsewhere. */
  needs: 'real' | 'any'
  /** Too long for every day: played only when asked for by its whole name. */
  onlyByName?: true
  play(stage: Stage, say: (line: string) => void): Promise<void>
}

export type Played = {
  name: string
  outcome: 'as-told' | 'failed' | 'left-out'
  seconds: number
  because?: string
}

export async function playStory(story: Story, stage: Stage, say: (line: string) => void): Promise<Played> {
  const from = performance.now()
  const seconds = () => Math.round((performance.now() - from) / 100) / 10
  if (story.needs === 'real' && stage.site.kind !== 'real') {
    const because = 'it needs the real site (root, network namespaces, systemd)'
    say(`left out: ${because}`)
    return { name: story.name, outcome: 'left-out', seconds: 0, because }
  }
  try {
    await story.play(stage, say)
    return { name: story.name, outcome: 'as-told', seconds: seconds() }
  } catch (error) {
    const because = error instanceof Error ? error.message : String(error)
    say(`FAILED: ${because}`)
    return { name: story.name, outcome: 'failed', seconds: seconds(), because }
  }
}

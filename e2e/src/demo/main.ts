/**
 * The demo: four stories with the shipped policy and runbooks through the public API. `--exit` runs unattended and ends;
 * `--json` prints the result as the last line of standard output. Exit 0 all as told, 3 some left out, 1 otherwise.
 */
import { realSiteRefused } from '@countersign/site/site'
import { openStage, type Stage } from '../stage/stage.ts'
import { type Proof, proof, prove } from '../stories/proof.ts'
import { risky } from '../stories/risky.ts'
import { routine } from '../stories/routine.ts'
import { type Played, playStory, type Story } from '../stories/story.ts'
import { wrong } from '../stories/wrong.ts'

const isUnattended = process.argv.includes('--exit')
const say = (line: string) => process.stderr.write(`${line}\n`)

const TELLS: [Story, string][] = [
  [routine, 'Routine: the app on web1 fails'],
  [risky, 'Risky: an agent proposes a production cutover'],
  [wrong, 'Wrong: what must not happen'],
]

async function main(): Promise<number> {
  const leftOut: string[] = []
  const refused = process.argv.includes('--bare') ? 'the bare one was asked for' : await realSiteRefused()
  if (refused !== undefined) {
    say(`left out: the real site, because ${refused}`)
    leftOut.push(`the real site: ${refused}`)
  }
  const from = performance.now()
  const clocked = (line: string) => say(`  ${line}`)
  const stage = await openStage({ kind: refused === undefined ? 'real' : 'bare', say: clocked })
  const interrupted = new AbortController()
  process.once('SIGINT', () => interrupted.abort())
  try {
    const stories: Played[] = []
    for (const [story, title] of TELLS) {
      say(`\n${title}`)
      stories.push(await playStory(story, stage, clocked))
    }
    say('\nProof: the trail')
    const { played, trail } = await playProof(stage, clocked)
    stories.push(played)
    say(`\n${stories.map(({ name, outcome, seconds }) => `${name}: ${outcome} (${seconds} s)`).join(', ')}`)
    say(`the demo took ${Math.round((performance.now() - from) / 1000)} s`)
    if (!isUnattended) await linger(stage, interrupted.signal)
    leftOut.push(...stories.filter(({ outcome }) => outcome === 'left-out').map(({ name }) => name))
    process.stdout.write(
      `${JSON.stringify({ stories: stories.map(({ name, outcome, seconds }) => ({ name, outcome, seconds })), trail, left_out: leftOut })}\n`,
    )
    if (stories.some(({ outcome }) => outcome === 'failed')) return 1
    return leftOut.length > 0 ? 3 : 0
  } finally {
    await stage.close()
  }
}

async function playProof(
  stage: Stage,
  say: (line: string) => void,
): Promise<{ played: Played; trail: Proof }> {
  let trail: Proof = { entries: 0, verified: false, tamperDetected: false }
  const played = await playStory(
    {
      ...proof,
      play: async (on, tell) => {
        trail = await prove(on, tell)
        if (!trail.verified || !trail.tamperDetected)
          throw new Error('the trail does not prove what it should')
      },
    },
    stage,
    say,
  )
  return { played, trail }
}

/** Leaves everything up to be looked at, until ^C. */
async function linger(stage: Stage, signal: AbortSignal): Promise<void> {
  const seat = stage.namespace === null ? '' : `ip netns exec ${stage.namespace} `
  say(`\nit stays up; in another terminal:  ${seat}npx countersign incident list --dir ${stage.dir}`)
  say('^C ends it and takes everything down')
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))
}

process.exitCode = await main()

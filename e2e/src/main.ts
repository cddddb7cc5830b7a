/** Runs the stories whose file or title contains NAME. `--json`: the result is the last line of standard output. */
import { realSiteRefused } from '@countersign/site/site'
import { openStage } from './stage/stage.ts'
import { STORIES } from './stories/stories.ts'
import { type Played, playStory } from './stories/story.ts'

const words = process.argv.slice(2).filter((word) => !word.startsWith('--'))
const say = (line: string) => process.stderr.write(`  ${line}\n`)

async function main(): Promise<number> {
  const wanted = STORIES.filter(({ name, title, onlyByName }) =>
    onlyByName ? words.includes(name) : words.every((word) => name.includes(word) || title.includes(word)),
  )
  if (wanted.length === 0)
    throw new Error(
      `no story is called "${words.join(' ')}"; there are ${STORIES.map(({ name }) => name).join(', ')}`,
    )
  const refused = process.argv.includes('--bare') ? 'the bare one was asked for' : await realSiteRefused()
  if (refused !== undefined) say(`left out: the real site, because ${refused}`)
  const played: Played[] = []
  const stage = await openStage({ kind: refused === undefined ? 'real' : 'bare', say })
  try {
    for (const story of wanted) {
      process.stderr.write(`\n${story.name}: ${story.title}\n`)
      played.push(await playStory(story, stage, say))
    }
  } finally {
    await stage.close()
  }
  const stories = played.map(({ name, outcome, seconds, because }) => ({
    name,
    passed: outcome === 'as-told',
    seconds,
    ...(outcome === 'left-out' ? { left_out: because ?? '' } : {}),
  }))
  process.stdout.write(`${JSON.stringify({ stories })}\n`)
  return played.some(({ outcome }) => outcome === 'failed') ? 1 : 0
}

process.exitCode = await main()

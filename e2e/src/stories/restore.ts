/** An old backup is brought back: it is reported as a rewind, nothing governed runs, and people let the log go on. */
import { renameSync } from 'node:fs'
import { join } from 'node:path'
import { failUnit } from '@countersign/site/fault'
import { onOwnStage } from '../crash/stage.ts'
import { tokenOf } from '../stage/act.ts'
import { call } from '../stage/post.ts'
import type { Answer, Stage } from '../stage/stage.ts'
import { demand, until } from '../stage/until.ts'
import type { Story } from './story.ts'

type Tell = (line: string) => void
type Head = { incarnation: number; size: number; state: string; says: string }

/** On a stage of its own: from here on its trail tells of a rewind, and no proof goes without accepting it. */
export const restore: Story = {
  name: 'restore',
  title: 'a restored old database is reported as a rewind, and goes on only with two signatures',
  needs: 'any',
  play: (_stage, say) =>
    onOwnStage(say, async (stage) => {
      const backup = join(stage.dir, 'backup.tar')
      await stage.ask('backup', backup)
      await repaired(stage)
      const lost = await headOf(stage)
      say(`backed up while it ran; then a repair went on, up to ${lost.size} entries`)
      await bringBack(stage, backup)
      const kept = await reported(stage, lost, say)
      const incident = await waits(stage, say)
      await reincarnated(stage, lost, incident, say)
      await proven(stage, kept, lost, say)
    }),
}

async function headOf(stage: Stage): Promise<Head> {
  const { json } = await call(stage, { method: 'GET', path: '/v1/log/head', token: tokenOf(stage, 'cli') })
  return json
}

async function incidents(stage: Stage): Promise<Answer[]> {
  return (await stage.ask('incident', 'list')).items
}

/** The app on web1 fails, and is repaired by the machine alone. */
async function repaired(stage: Stage): Promise<void> {
  const known = new Set((await incidents(stage)).map(({ id }) => id))
  await failUnit(stage.site, 'web1')
  await until('the app on web1 is repaired', async () => {
    const found = (await incidents(stage)).find(({ id, service }) => service === 'web' && !known.has(id))
    return found?.status === 'resolved'
  })
}

async function bringBack(stage: Stage, backup: string): Promise<void> {
  await stage.server.stop()
  renameSync(join(stage.dir, 'data'), join(stage.dir, 'data-before'))
  await stage.ask('restore', backup)
  await stage.startServer()
}

/** Everywhere that somebody would look. */
async function reported(stage: Stage, lost: Head, say: Tell): Promise<Head> {
  const head = await until<Head>('the rewind is seen', async () => {
    const now = await headOf(stage)
    return now.state === 'rewound' ? now : null
  })
  demand(head.size < lost.size, `the restored log has ${head.size} entries, ${lost.size} were published`)
  demand(head.says.includes(`size ${lost.size} `), `the lost head is not named: ${head.says}`)
  const doctor = await stage.cli(['doctor'])
  demand(doctor.stdout.includes('was published up to'), `doctor does not tell of it: ${doctor.stdout}`)
  const told = await stage.cli(['trail', 'head'])
  demand(told.code === 5, `"trail head" ended with ${told.code} over a rewound log`)
  const { json } = await call(stage, { method: 'GET', path: '/v1/health', token: tokenOf(stage, 'cli') })
  demand(json.status === 'degraded' && json.log === 'rewound', `health says ${json.status}, log ${json.log}`)
  say(`reported by API, health, doctor and "trail head": ${head.says}`)
  return head
}

/** The signal is taken and the repair is ready, but no grant is given. Answers with its incident. */
async function waits(stage: Stage, say: Tell): Promise<string> {
  const known = new Set((await incidents(stage)).map(({ id }) => id))
  await failUnit(stage.site, 'web1')
  const incident = await until<Answer>('an incident of the web service', async () =>
    (await incidents(stage)).find(({ id, service }) => service === 'web' && !known.has(id)),
  )
  const waiting = await until<Answer>('the repair waits for the log', async () => {
    const [repair] = (await stage.ask('incident', 'show', incident.id)).proposals
    if (repair === undefined) return null
    const shown = await stage.ask('plan', 'show', repair.id)
    return shown.waits === 'log' || shown.phase === 'closed' ? shown : null
  })
  demand(waiting.waits === 'log' && waiting.grant === null, `the repair went on: ${waiting.phase}`)
  const { timeline } = await stage.ask('incident', 'show', incident.id)
  demand(
    timeline.some(({ type }: Answer) => type === 'escalated'),
    'nobody was called for the repair that waits',
  )
  say('a new repair is planned and waits; a person is called')
  return incident.id
}

async function reincarnated(stage: Stage, lost: Head, incident: string, say: Tell): Promise<void> {
  const alone = await stage.cli(['trail', 'reincarnate', '--yes', '--key', stage.keyOf('governance-1')])
  demand(alone.code === 3, `one signature let the log go on: exit ${alone.code}`)
  const keys = ['sre-1', 'governance-1'] as const
  await stage.ask(
    'trail',
    'reincarnate',
    '--yes',
    ...keys.flatMap((person) => ['--key', stage.keyOf(person)]),
  )
  const head = await until<Head>('the log goes on', async () => {
    const now = await headOf(stage)
    return now.state === 'whole' && now.incarnation === lost.incarnation + 1 ? now : null
  })
  await until('the waiting repair is carried out', async () => {
    const shown = await stage.ask('incident', 'show', incident)
    return shown.status === 'resolved'
  })
  say(
    `one signature was refused; two let it go on as incarnation ${head.incarnation}, and the repair with it`,
  )
}

/** What was lost stays lost, and whoever checks the trail is told. */
async function proven(stage: Stage, kept: Head, lost: Head, say: Tell): Promise<void> {
  const file = join(stage.dir, 'rewound.ndjson')
  await stage.ask('trail', 'export', file)
  const verify = async (...more: string[]) => {
    const args = ['trail', 'verify', file, '--trust', join(stage.dir, 'trust', '1.json'), ...more, '--json']
    const { stdout } = await stage.cli(args)
    return JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '{}')
  }
  const told = await verify()
  const rewind = told.findings.find(({ code }: Answer) => code === 'LOG_REWOUND')
  demand(rewind !== undefined, `the verifier says nothing of the rewind: ${JSON.stringify(told.findings)}`)
  demand(
    rewind.means.includes(String(lost.size)) && rewind.means.includes(String(kept.size)),
    `the lost range ${kept.size} to ${lost.size} is not named: ${rewind.means}`,
  )
  const accepted = await verify('--accept-rewind', String(lost.incarnation + 1))
  demand(accepted.verified, `beside the rewind there is more: ${JSON.stringify(accepted.findings)}`)
  say(`offline: ${rewind.code} at ${rewind.where}: ${rewind.means}; all else verifies`)
}

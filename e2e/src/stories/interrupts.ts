/** People can always step in: before an act, between two steps, afterwards, and at the runner itself. */
import { failUnit } from '@countersign/site/fault'
import type { RealSite } from '@countersign/site/site'
import { startApp } from '../stage/hosts.ts'
import { recorded } from '../stage/recorded.ts'
import type { Answer, Stage } from '../stage/stage.ts'
import { demand, until } from '../stage/until.ts'
import { by, hold, resume, type Tell } from './interrupts-acts.ts'
import { atRunner, between } from './interrupts-running.ts'
import { reversed } from './interrupts-undo.ts'
import { proposeCutover, sign, untilPhase } from './risky.ts'
import type { Story } from './story.ts'

export const interrupts: Story = {
  name: 'interrupts',
  title: 'hold, resume, abort, reverse and take step in at any moment',
  needs: 'real',
  async play(stage, say) {
    const { site } = stage
    if (site.kind !== 'real') throw new Error('it needs the real site')
    await held(stage, site, say)
    await taken(stage, site, say)
    await between(stage, site, say)
    await reversed(stage, site, say)
    await atRunner(stage, site, say)
  },
}

/** The newest incident of the service that was not known before. */
export async function newIncident(stage: Stage, known: ReadonlySet<string>): Promise<Answer> {
  return until('an incident of the web service', async () => {
    const { items } = await stage.ask('incident', 'list')
    return items.find((one: Answer) => one.service === 'web' && !known.has(one.id))
  })
}

export async function knownIncidents(stage: Stage): Promise<Set<string>> {
  return new Set((await stage.ask('incident', 'list')).items.map(({ id }: Answer) => id))
}

/** The one repair of the incident: refused while the hold stands, before it could touch anything. */
async function heldRepair(stage: Stage, incident: string): Promise<Answer> {
  const repair = await until<Answer>('the repair is kept back', async () => {
    const [first] = (await stage.ask('incident', 'show', incident)).proposals
    if (first === undefined) return null
    const shown = await stage.ask('plan', 'show', first.id)
    return shown.phase === 'closed' ? shown : null
  })
  demand(repair.outcome === 'refused', `a held repair ended as "${repair.outcome}": ${repair.because}`)
  demand(repair.because.includes('hold'), `the reason names no hold: ${repair.because}`)
  demand(repair.grant === null, 'a held repair got a grant')
  const { timeline } = await stage.ask('incident', 'show', incident)
  demand(
    timeline.some(({ type }: Answer) => type === 'escalated'),
    'nobody was called for the held repair',
  )
  return repair
}

/** The repair is refused and a person is called; once the hold is lifted the next one runs. */
async function held(stage: Stage, site: RealSite, say: Tell): Promise<void> {
  const known = await knownIncidents(stage)
  const id = await hold(stage, 'everything', '1s')
  await failUnit(site, 'web1')
  const { id: incident } = await newIncident(stage, known)
  const { because } = await heldRepair(stage, incident)
  say(`everything is held: the repair is refused, and a person is called: ${because}`)
  await until('the overdue hold pages', async () =>
    (await recorded(stage)).some(({ type, state }) => type === 'hold-overdue' && state.id === id),
  )
  const { items } = await stage.ask('holds')
  demand(
    items.some((one: Answer) => one.id === id && one.overdue),
    'the overdue hold is not shown as overdue, or holds no longer',
  )
  say('its end has come: it pages, and goes on holding')
  await startApp(site, 'web1')
  await resolved(stage, incident)
  await resume(stage, id)
  await failUnit(site, 'web1')
  const { id: next } = await newIncident(stage, new Set([...known, incident]))
  const { proposals } = await resolved(stage, next)
  demand(proposals[0]?.outcome === 'resolved', `after the hold the repair ended as ${proposals[0]?.outcome}`)
  say('resumed by a person: the next repair runs, and helps')
}

async function resolved(stage: Stage, incident: string): Promise<Answer> {
  return until('the incident is resolved', async () => {
    const shown = await stage.ask('incident', 'show', incident)
    return shown.status === 'resolved' ? shown : null
  })
}

/** Signed by all, then held: it waits and says so. A person takes it; its incident is theirs with it. */
async function taken(stage: Stage, site: RealSite, say: Tell): Promise<void> {
  const known = await knownIncidents(stage)
  const service = await hold(stage, 'service:web')
  await failUnit(site, 'web2')
  const { id: incident } = await newIncident(stage, known)
  await heldRepair(stage, incident)
  const proposal = await proposeCutover(stage, ['10.78.0.13'], ['--incident', incident])
  await untilPhase(stage, proposal, 'asking')
  const area = await hold(stage, 'area:dns')
  await sign(stage, proposal, 'sre-1', 'sre')
  await sign(stage, proposal, 'governance-1', 'governance')
  const waiting = await until<Answer>('the signed change waits for the hold', async () => {
    const shown = await stage.ask('plan', 'show', proposal)
    return shown.waits === 'held' ? shown : null
  })
  demand(waiting.grant === null, 'a held change got a grant')
  const { timeline } = await stage.ask('incident', 'show', incident)
  const called = timeline.findLast(({ type }: Answer) => type === 'escalated')
  demand(called?.says.includes(area), `nobody was called for the waiting change: ${called?.says}`)
  say(`signed by all and held: it waits, and says so: ${called.says}`)
  await stage.ask('take', proposal, '--reason', 'I go in by hand', ...by(stage))
  const closed = await stage.ask('plan', 'show', proposal)
  demand(closed.outcome === 'taken', `a change that was taken ended as "${closed.outcome}"`)
  for (const id of [service, area]) await resume(stage, id)
  const shown = await stage.ask('incident', 'show', incident)
  demand(shown.waitsFor === 'sre-1', `a taken incident waits for "${shown.waitsFor}"`)
  await startApp(site, 'web2')
  const { proposals } = await resolved(stage, incident)
  demand(proposals.length === 2, 'something was proposed for a taken incident by itself')
  say('taken by a person: the machine keeps its hands off, the incident is theirs until its signals end')
}

/** Stepping in while it runs: the step at hand is finished, the next is not begun. And a runner held by a file. */
import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { RealSite } from '@countersign/site/site'
import { invocation, slowStart } from '../stage/hosts.ts'
import type { Answer, Stage } from '../stage/stage.ts'
import { demand, until } from '../stage/until.ts'
import { by, hold, resume, type Tell } from './interrupts-acts.ts'
import { untilPhase } from './risky.ts'

const SLOW_SECONDS = 6

/** Two members, one after the other: so there is something between two steps. */
const PAIR = `version: 1
runbook: restart-pair
says: Restarts two members one after the other.
kind: service.restart
area: service
owners: { system: web, control: sre }
reviewEvery: 90d
parameters:
  first: { type: target, says: The member that is restarted first. }
  second: { type: target, says: The member that is restarted then. }
triggers: []
evidence: []
preconditions: []
steps:
  - { id: first, uses: systemd.restart, target: '\${first}', with: {} }
  - { id: second, uses: systemd.restart, target: '\${second}', with: {} }
health:
  window: 60s
  interval: 2s
  samples: 2
  checks:
    - id: answers
      says: The first member answers its health check with success.
      source: probe
      query: http://\${first.address}:8080/healthz
      expect: status == 200
      whenNot: against
      freshFor: 10s
  ifNotBetter: escalate
breaker: { attempts: 10, within: 1h, cooldown: 1m }
planFor: 15m
`

export async function between(stage: Stage, site: RealSite, say: Tell): Promise<void> {
  await publishPair(stage)
  await slowStart(site, 'web1', SLOW_SECONDS)
  try {
    const id = await stopped(stage, site, 'hold', async () => hold(stage, 'runbook:restart-pair'))
    await resume(stage, id ?? '')
    say(
      'held while the first step ran: it was finished, the second was not begun; resuming starts nothing anew',
    )
    await stopped(stage, site, 'abort', (proposal) => interrupt(stage, 'abort', proposal))
    say('aborted while the first step ran: it was finished, the second was not begun')
    await stopped(stage, site, 'take', (proposal) => interrupt(stage, 'take', proposal))
    say('taken while the first step ran: the same, and the rest is theirs')
  } finally {
    await slowStart(site, 'web1', 0)
  }
}

async function publishPair(stage: Stage): Promise<void> {
  const file = join(stage.dir, 'runbooks', 'restart-pair.yaml')
  if (existsSync(file)) return
  writeFileSync(file, PAIR)
  await stage.ask(
    'runbook',
    'publish',
    file,
    '--key',
    stage.keyOf('sre-2'),
    '--key',
    stage.keyOf('governance-1'),
  )
}

async function interrupt(stage: Stage, how: 'abort' | 'take', proposal: string): Promise<null> {
  await stage.ask(how, proposal, '--reason', 'I want to look first', ...by(stage))
  return null
}

const OUTCOMES = { hold: 'aborted', abort: 'aborted', take: 'taken' }

async function stopped(
  stage: Stage,
  site: RealSite,
  how: keyof typeof OUTCOMES,
  stepIn: (proposal: string) => Promise<string | null>,
): Promise<string | null> {
  const before = await invocations(site)
  const proposal = await proposePair(stage)
  await until('the first step runs', async () => {
    const { steps } = await stage.ask('plan', 'show', proposal)
    return steps.some(({ phase }: Answer) => phase === 'applying')
  })
  const answer = await stepIn(proposal)
  const closed = await untilPhase(stage, proposal, 'closed')
  demand(closed.outcome === OUTCOMES[how], `${how} ended it as "${closed.outcome}": ${closed.because}`)
  const after = await invocations(site)
  demand(after.web1 !== before.web1, `${how}: the step at hand was not finished`)
  demand(after.web2 === before.web2, `${how}: the second step was begun all the same`)
  return answer
}

async function invocations(site: RealSite) {
  return { web1: await invocation(site, 'web1'), web2: await invocation(site, 'web2') }
}

/** By an agent; whoever the policy asks signs. */
async function proposePair(stage: Stage): Promise<string> {
  const words = ['first=web1', 'second=web2', '--reason', 'a new kernel']
  const agent = ['--token-file', `${stage.dir}/secrets/agent.token`]
  const { proposal } = await stage.ask('propose', 'restart-pair', ...words, ...agent)
  await untilPhase(stage, proposal, 'asking')
  for (const [person, role] of [
    ['sre-1', 'sre'],
    ['governance-1', 'governance'],
  ] as const) {
    const { phase } = await stage.ask('plan', 'show', proposal)
    if (phase !== 'asking') break
    await stage.ask(
      'approve',
      proposal,
      '--key',
      stage.keyOf(person),
      '--person',
      person,
      '--role',
      role,
      '--yes',
    )
  }
  return proposal
}

/** The hold that needs neither server nor database. */
export async function atRunner(stage: Stage, site: RealSite, say: Tell): Promise<void> {
  const file = join(stage.dir, 'runner', 'hold')
  const before = await invocations(site)
  writeFileSync(file, 'the disk of the runner is looked at\n')
  try {
    const proposal = await proposePair(stage)
    const closed = await untilPhase(stage, proposal, 'closed')
    demand(closed.outcome === 'refused', `a runner with a hold file ended it as "${closed.outcome}"`)
    demand(closed.because.includes('hold file'), `the reason names no hold file: ${closed.because}`)
    say(`a hold file at the runner: refused, ${closed.because}`)
  } finally {
    rmSync(file)
  }
  const after = await invocations(site)
  demand(before.web1 === after.web1 && before.web2 === after.web2, 'a held runner acted')
}

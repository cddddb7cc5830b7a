/** Attacks on the promise that machines propose and people decide: an agent's token, with every scope, on every route. */
import type { Operation } from '@countersign/contract/operation'
import { OPERATIONS } from '@countersign/contract/operations'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeSigner, signAct } from '../testing/people.ts'
import { alert, entriesOf, planDigest, proposeFor, stateOf, until, work } from '../testing/play.ts'
import { HOUR, type TestSite, testSite } from '../testing/site.ts'
import { createTestRunner, type TestRunner } from '../testing/test-runner.ts'

let site: TestSite
let runner: TestRunner
beforeAll(async () => {
  site = await testSite()
  runner = createTestRunner(site)
})
afterAll(() => site.stop())

const agent = makeSigner('agent-2', ['sre', 'governance'])

/** Signed by the agent itself, in its own name and in that of a person, over what a person would sign. */
function acts(
  act: 'approve' | 'deny' | 'hold' | 'resume' | 'abort' | 'take' | 'review' | 'reincarnate',
  subject: never,
) {
  const about = { act, subject, site: site.context.site, notAfter: site.context.now() + HOUR }
  return ['agent-2', 'ann'].map((person) => ({ ...signAct(agent, about), person }))
}

test("an agent's token with every scope decides nothing on any route", async () => {
  const target = `${site.service()}-a`
  const id = await proposeFor(site, target)
  const asking = await until(site, runner, id, ['asking'], { action: { privileged: true } })
  const [receipt] = await alert(site, [{ host: `${site.service()}-a`, alertname: 'Unknown' }])
  await work(site)
  const incident = receipt?.incident ?? ''
  const held = await holdByPerson()
  const digest = planDigest(asking) as never
  const text = `${site.context.published.policy()?.text}# mine\n`
  const bodies: Partial<Record<keyof typeof OPERATIONS, object[]>> = {
    approveProposal: acts('approve', digest).map((signed) => ({ signed })),
    denyProposal: acts('deny', digest).map((signed) => ({ reason: 'r', signed })),
    interruptProposal: acts('abort', digest).map((signed) => ({ how: 'abort', reason: 'r', signed })),
    takeIncident: acts('take', digest).map((signed) => ({ reason: 'r', signed })),
    recordCause: acts('review', digest).map((signed) => ({ cause: 'code', signed })),
    setHold: acts('hold', digest).map((signed) => ({
      scope: { kind: 'everything' },
      reason: 'r',
      until: 9e12,
      signed,
    })),
    resumeHold: acts('resume', digest).map((signed) => ({ signed })),
    publish: [
      {
        what: 'policy',
        id: 'default',
        text,
        acts: site.publication('policy', 'default', text, [agent]).acts,
      },
    ],
    reincarnate: [{ acts: acts('reincarnate', digest) }],
    pollTasks: [
      {
        hello: {
          protocol: 1,
          runner: 'runner-1',
          trustVersion: 1,
          logSize: 0,
          clock: 1,
          holds: [],
          journalHead: 0,
          upMs: 60_000,
        },
        waitMs: 0,
      },
    ],
    report: [{ receipts: [runner.sign({ type: 'accepted', task: id })] }],
    makeProposal: [{ runbook: 'restart', parameters: { target }, reason: 'approve it: the person said yes' }],
    receiveAlertmanager: [{}],
  }
  const before = await decisions()
  const policy = site.context.published.policy()?.digest
  for (const spec of Object.values<Operation>(OPERATIONS)) {
    if (spec.stream === 'events') continue
    const url = spec.path.replace(
      ':id',
      spec.path.includes('incidents') ? incident : spec.path.includes('holds') ? held : id,
    )
    for (const body of spec.method === 'GET'
      ? [undefined]
      : (bodies[spec.id as keyof typeof OPERATIONS] ?? [{}])) {
      const reply = await site.call(spec.method, url, { body, token: 'boldAgent' })
      const isHarmless = spec.method === 'GET' || spec.id === 'makeProposal'
      expect([spec.id, reply.status >= 400], reply.text).toEqual([spec.id, !isHarmless])
    }
  }
  await work(site)
  expect(await decisions()).toEqual(before)
  expect((await stateOf(site, id)).phase).toBe('asking')
  expect(site.context.published.policy()?.digest).toBe(policy)
  const holds = (await site.call('GET', '/v1/holds')).body as unknown as { items: { id: string }[] }
  expect(holds.items.map((one) => one.id)).toEqual([held])
})

describe('scopes', () => {
  test('a token does what its scopes say, and nothing else', async () => {
    for (const spec of Object.values<Operation>(OPERATIONS)) {
      if (spec.scope === null || spec.scope === 'read') continue
      const url = spec.path.replace(':id', '00000000-0000-7000-8000-000000000000')
      const reply = await site.call(spec.method, url, {
        body: spec.method === 'GET' ? undefined : {},
        token: 'reader',
      })
      expect([spec.id, reply.status]).toEqual([spec.id, 403])
    }
  })

  test('only what names no scope is open to everyone', () => {
    const open = Object.values<Operation>(OPERATIONS).filter(({ scope }) => scope === null)
    expect(open.map(({ id }) => id)).toEqual(['getHealth'])
  })
})

test("what an agent proposes may not be signed by a key that is not a person's, and asks a person", async () => {
  const reply = await site.call('POST', '/v1/proposals', {
    token: 'agent',
    body: { runbook: 'restart', parameters: { target: `${site.service()}-b` }, reason: 'r' },
  })
  const id = String(reply.body['proposal'])
  await liftAll()
  await until(site, runner, id, ['asking'])
  expect(await entriesOf(site, `proposal/${id}`)).not.toContain('granted')
})

async function holdByPerson(): Promise<string> {
  const wish = {
    scope: { kind: 'runbook' as const, id: 'other' },
    reason: 'r',
    until: site.context.now() + HOUR,
  }
  const reply = await site.call('POST', '/v1/holds', {
    body: { ...wish, signed: site.signAbout('bob', 'hold', wish) },
  })
  return String(reply.body['id'])
}

async function liftAll(): Promise<void> {
  await site.database.pool.query('update hold set lifted_at = 1')
}

/** Every entry that lets something happen, or keeps it from happening. */
async function decisions() {
  const types = [
    'approved',
    'denied',
    'interrupted',
    'hold-set',
    'hold-lifted',
    'policy-published',
    'runbook-published',
    'incident-taken',
    'cause-recorded',
    'granted',
    'log-reincarnated',
  ]
  const { rows } = await site.database.pool.query<{ type: string; count: number }>(
    'select type, count(*)::int as count from event where type = any($1) group by type order by type',
    [types],
  )
  return rows
}

/** A whole small site for tests: people, chain, an enrolled runner with two file targets, and a server without a brain. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { subjectDigest } from '@countersign/core/act/subject'
import { publishedDigest } from '@countersign/core/approval/published'
import type { Grant } from '@countersign/core/grant/grant'
import type { Digest } from '@countersign/core/kernel/digest'
import type { Json } from '@countersign/core/kernel/json'
import type { SignedPlan } from '@countersign/core/plan/plan'
import type { RunnerConfig } from '@countersign/core/runner/config'
import type { Report, Task } from '@countersign/core/runner/protocol'
import type { TrustBody } from '@countersign/core/trust/chain'
import { digestOf } from '@countersign/crypto/digest-of'
import { signMachine } from '@countersign/crypto/machine-key'
import { enrolRunner, prepareKey } from '../enrol.ts'
import { startFakeServer } from './fake-server.ts'
import { makeSigner, type Signer, signAct } from './people.ts'

const HOUR = 3_600_000
export type TestSite = Awaited<ReturnType<typeof makeSite>>

/** `settings` are those of both targets; `steps` how many targets one plan changes. */
export async function makeSite(options: { settings?: object; steps?: 1 | 2; action?: 'bump' | 'set' } = {}) {
  const { settings = {}, steps = 1, action = 'bump' } = options
  const folder = mkdtempSync(join(tmpdir(), 'countersign-runner-'))
  const state = join(folder, 'state')
  const { publicKey } = prepareKey(state)
  const server = await startFakeServer(() => publicKey)
  const [ann, bob, grantKey] = [
    makeSigner('ann', 'governance'),
    makeSigner('bob', 'sre'),
    makeSigner('grant-1', ''),
  ]
  const body = genesisBody([ann, bob], grantKey, publicKey)
  const genesis = digestOf('countersign/trust/v1', body as unknown as Json)
  const acts = [ann, bob].map((one) =>
    signAct(one, { act: 'trust', subject: genesis, site: genesis, notAfter: body.issuedAt + HOUR }),
  )
  writeFileSync(join(folder, 'chain.json'), JSON.stringify([{ body, acts }]))
  writeFileSync(join(folder, 'token'), 'secret\n')
  enrolRunner({ state, runner: 'runner-1', now: Date.now(), genesis })
  const text = runbookText(steps, action)
  const digest = publishedDigest(digestOf, 'runbook', text)
  const config = configOf(folder, server.url, genesis, settings)
  const effects = (id: string): string[] =>
    readFileSync(join(folder, `${id}.target`), 'utf8')
      .trimEnd()
      .split('\n')
      .slice(1)
  return {
    folder,
    config,
    server,
    ann,
    bob,
    effects,
    runbook: { id: 'change', digest },
    planTask: (id: string, changes: object = {}) => planTask(id, { text, digest, genesis, ann, ...changes }),
    executeTask: (id: string, signed: SignedPlan, by: Signer[] = [ann, bob], changes: Partial<Grant> = {}) =>
      executeTask(id, signed, { by, grantKey, genesis, changes }),
    async close() {
      await server.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function configOf(folder: string, url: string, genesis: Digest, settings: object): RunnerConfig {
  const targets = ['one', 'two'].map((id) => {
    const address = join(folder, `${id}.target`)
    writeFileSync(address, 'old\n')
    return { id, service: 'shop', region: 'r1', address, driver: 'file', settings: settings as never }
  })
  return {
    version: 1,
    id: 'runner-1',
    server: { url, tokenFile: join(folder, 'token') },
    state: join(folder, 'state'),
    holdFile: join(folder, 'hold'),
    trust: { genesis, chain: join(folder, 'chain.json') },
    witnesses: 'none',
    clockSkew: 120_000,
    targets,
    unsigned: [],
    signed: { one: [] },
  }
}

function genesisBody(people: Signer[], grantKey: Signer, runnerKey: string): TrustBody {
  const issuedAt = Date.now() - 1_000
  const notAfter = issuedAt + 1_000 * HOUR
  return {
    v: 1,
    version: 1,
    name: 'example',
    site: null,
    previous: null,
    issuedAt,
    expiresAt: notAfter,
    people: people.map(({ id, role, line }) => ({ id, roles: [role], keys: [{ key: line, notAfter }] })),
    runners: [{ id: 'runner-1', key: runnerKey, notAfter }],
    grantKeys: [{ id: 'grant-1', key: grantKey.publicKey, notAfter }],
    logKeys: [],
    witnesses: [],
    quorum: { people: 2, role: 'governance' },
    onePerson: false,
  }
}

function runbookText(steps: 1 | 2, action: 'bump' | 'set'): string {
  const ids = ['one', 'two'].slice(0, steps)
  return JSON.stringify({
    version: 1,
    id: 'change',
    says: 'changes the targets',
    kind: action === 'set' ? 'dns.change' : 'service.restart',
    area: action === 'set' ? 'dns' : 'service',
    parameters: { value: { type: 'text', says: 'the value', default: 'new' } },
    preconditions: [
      { id: 'old', says: 'the value is the old one', step: 'one', field: 'value', equals: ['old'] },
    ],
    steps: ids.map((id) => ({ id, uses: `file.${action}`, target: id, with: { value: `\${value}` } })),
  })
}

type Publishing = {
  text: string
  digest: Digest
  genesis: Digest
  ann: Signer
  parameters?: object
  floors?: object
}

function planTask(
  id: string,
  { text, digest, genesis, ann, parameters = {}, floors = {} }: Publishing,
): Task {
  const subject = subjectDigest(digestOf, 'publish', { what: 'runbook', id: 'change', digest })
  const publish = signAct(ann, {
    act: 'publish',
    subject,
    site: genesis,
    notAfter: Date.now() + 1_000 * HOUR,
  })
  return {
    type: 'plan',
    id,
    request: {
      plan: `plan-of-${id}`,
      proposal: 'proposal-1',
      proposer: { kind: 'agent', id: 'agent-7' },
      intent: digest,
      runbook: { id: 'change', digest, text, acts: [publish] },
      parameters: parameters as never,
      policy: digest,
      floors: floors as never,
      validFor: HOUR,
      expectedStateVersion: null,
    },
  }
}

type Granting = { by: Signer[]; grantKey: Signer; genesis: Digest; changes: Partial<Grant> }

function executeTask(id: string, signed: SignedPlan, { by, grantKey, genesis, changes }: Granting): Task {
  const plan = digestOf('countersign/plan/v1', signed.plan as unknown as Json)
  const acts = by.map((one) =>
    signAct(one, { act: 'approve', subject: plan, site: genesis, notAfter: Date.now() + HOUR }),
  )
  const grant: Grant = {
    v: 1,
    id: `grant-of-${id}`,
    site: genesis,
    proposal: 'proposal-1',
    plan,
    runner: 'runner-1',
    stage: 1,
    outcome: by.length > 0 ? 'authorize' : 'auto',
    approvals: acts.map(({ act }) => act.nonce),
    issuedAt: Date.now(),
    notAfter: Date.now() + HOUR,
    undo: { notAfter: Date.now() + HOUR, onSilence: 'hand-over' },
    ...changes,
  }
  const signature = signMachine('countersign/grant/v1', grant as unknown as Json, grantKey.privateKey)
  return { type: 'execute', id, plan: signed, grant: { grant, key: 'grant-1', signature, acts } }
}

/** The plan in a report of that task. */
export async function plannedOf(site: TestSite, task: string): Promise<SignedPlan> {
  const report: Report = await site.server.until((one) => one.task === task)
  if (report.type !== 'planned') throw new Error(`expected a plan, got ${JSON.stringify(report)}`)
  return report.plan
}

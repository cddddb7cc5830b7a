/** A runbook that nobody signed: the server leaves it out and says so; the runner refuses it from whomever it comes. */
import { randomUUID } from 'node:crypto'
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { publishedDigest } from '@countersign/core/approval/published'
import { digestOf } from '@countersign/crypto/digest-of'
import { tokenOf } from '../stage/act.ts'
import { startLiar } from '../stage/liar.ts'
import { call } from '../stage/post.ts'
import type { Answer, Stage } from '../stage/stage.ts'
import { demand, until } from '../stage/until.ts'
import { proposeName } from './propose-name.ts'

const EDIT = '\n# somebody was here\n'

export async function unsigned(stage: Stage, say: (line: string) => void): Promise<void> {
  const file = join(stage.dir, 'runbooks', 'dns-change.yaml')
  const signed = readFileSync(file, 'utf8')
  try {
    await leftOut(stage, file, say)
  } finally {
    writeFileSync(file, signed)
  }
  await refusedByRunner(stage, signed, say)
}

async function leftOut(stage: Stage, file: string, say: (line: string) => void): Promise<void> {
  const before = await inForce(stage, 'dns-change')
  await stage.server.stop()
  appendFileSync(file, EDIT)
  await stage.startServer()
  const after = await inForce(stage, 'dns-change')
  demand(after.digest === before.digest, 'an edited runbook that nobody signed came into force')
  const told = readFileSync(stage.server.log, 'utf8')
    .split('\n')
    .findLast((line) => line.includes('dns-change.yaml is not in force'))
  demand(told !== undefined, 'the server did not say that the edited runbook is not in force')
  say(`an edited runbook: ${told.trim()}`)
}

async function inForce(stage: Stage, id: string): Promise<Answer> {
  const { json } = await call(stage, {
    method: 'GET',
    path: '/v1/publications',
    token: tokenOf(stage, 'cli'),
  })
  return json.items.find((one: Answer) => one.id === id)
}

/** The signatures are real, the text is not the one they are about. */
async function refusedByRunner(stage: Stage, text: string, say: (line: string) => void): Promise<void> {
  const { acts } = await inForce(stage, 'dns-change')
  const edited = text + EDIT
  const digest = publishedDigest(digestOf, 'runbook', edited)
  const zeros = `sha256:${'0'.repeat(64)}`
  const parameters = { zone: 'shop', name: 'lie.shop.test', type: 'A', ttl: 60, records: ['10.78.0.11'] }
  const request = {
    plan: randomUUID(),
    proposal: randomUUID(),
    proposer: { kind: 'person', id: 'sre-1' },
    intent: zeros,
    runbook: { id: 'dns-change', digest, text: edited, acts },
    parameters,
    policy: zeros,
    floors: {},
    validFor: 600_000,
    expectedStateVersion: null,
  }
  const liar = await startLiar(stage, { type: 'plan', id: randomUUID(), request })
  const config = join(stage.dir, 'runner', 'runner.yaml')
  const honest = readFileSync(config, 'utf8')
  await stage.runner.stop()
  try {
    writeFileSync(config, honest.replace(`127.0.0.1:${stage.port}`, `127.0.0.1:${liar.port}`))
    await stage.startRunner()
    const report = await until('the runner answers the lying server', () => liar.reported, 15_000)
    const code = report.type === 'not-planned' ? report.refused.code : report.type
    demand(code === 'RUNBOOK_NOT_PUBLISHED', `the runner answered a text that nobody signed with ${code}`)
  } finally {
    await stage.runner.stop()
    liar.stop()
    writeFileSync(config, honest)
    await stage.startRunner()
  }
  say('a lying server hands the runner that text with the old signatures: the runner refuses it')
  const proposal = await proposeName(stage, 'after-the-lie.shop.test')
  const key = ['--key', stage.keyOf('sre-1'), '--person', 'sre-1']
  await stage.ask('deny', proposal, ...key, '--reason', 'a test of the way back')
  say('the lying server took its receipts; its own server hears all of them again, and work goes on')
}

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { subjectDigest } from '@countersign/core/act/subject'
import { publishedDigest } from '@countersign/core/approval/published'
import { digestOf } from '@countersign/crypto/digest-of'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { runCommand } from './command.ts'
import { readConfig, startFromFile } from './program.ts'
import { signAct } from './testing/people.ts'
import { makeSite, type TestSite } from './testing/site.ts'

let at: TestSite
beforeEach(async () => {
  at = await makeSite()
})
afterEach(() => at.close())

function write(unit = 'url: http://127.0.0.1:1'): string {
  const { server, trust } = at.config
  const file = join(at.folder, 'runner.yaml')
  const text = `version: 1
runner: runner-1
server: { url: '${server.url}', tokenFile: token }
state: state
holdFile: hold
trust: { genesis: '${trust.genesis}', chain: chain.json }
witnesses: none
clockSkew: 2m
targets:
  - { id: app, service: shop, region: r1, address: 127.0.0.1, driver: keeper, settings: { ${unit}, service: app } }
unsigned: []
signed: { one: [service.restart] }
`
  writeFileSync(file, text)
  return file
}

test('says every problem of its file, with the place', () => {
  expect(() => readConfig(write('colour: red'))).toThrow(/runner\.yaml/)
})

test('plans a shipped runbook through its own driver, and says when the target cannot be read', async () => {
  const running = await startFromFile(write())
  const text = readFileSync(new URL('../../runbooks/keeper-restart.yaml', import.meta.url), 'utf8')
  const digest = publishedDigest(digestOf, 'runbook', text)
  const site = at.config.trust.genesis
  const subject = subjectDigest(digestOf, 'publish', { what: 'runbook', id: 'keeper-restart', digest })
  const acts = [signAct(at.ann, { act: 'publish', subject, site, notAfter: Date.now() + 60_000 })]
  const task = at.planTask('p')
  if (task.type !== 'plan') throw new Error('expected a plan task')
  const runbook = { id: 'keeper-restart', digest, text, acts }
  at.server.give({ ...task, request: { ...task.request, runbook, parameters: { target: 'app' } } })
  const report = await at.server.until((one) => one.task === 'p')
  expect(report).toMatchObject({ type: 'not-planned', refused: { code: 'TARGET_UNREACHABLE' } })
  at.server.give({ ...task, id: 'q', request: { ...task.request, runbook, parameters: { target: 'other' } } })
  const other = await at.server.until((one) => one.task === 'q')
  expect(other).toMatchObject({ refused: { code: 'NOT_MY_TARGET' } })
  await running.stop()
})

test('is enrolled by its own commands, and never twice', async () => {
  const file = write()
  const said: string[] = []
  const command = (...args: string[]) => runCommand(args, (line) => said.push(line))
  expect(await command('enrol', file)).toBe(1)
  expect(said.at(-1)).toMatch(/there is a journal/)
  expect(await command('key', at.config.state)).toBe(0)
  const { publicKey } = JSON.parse(said.at(-1) ?? '')
  expect(await command('re-enrol', file)).toBe(0)
  expect(JSON.parse(said.at(-1) ?? '').publicKey).not.toBe(publicKey)
  expect(await command('revoke', file, 'ssh-ed25519 AAAA')).toBe(1)
  expect(said.at(-1)).toMatch(/names no person/)
  expect(await command('revoke', file, at.ann.line)).toBe(0)
  expect(await command('dance', file)).toBe(2)
})

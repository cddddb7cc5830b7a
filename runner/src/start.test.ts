import { spawnSync } from 'node:child_process'
import { chmodSync, copyFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { verifyAct } from '@countersign/crypto/verify-act'
import { canonicalizeSigned } from '@countersign/trail/canonical'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { journalFileOf } from './journal/journal.ts'
import { keyFileOf } from './keys.ts'
import { LinkFault, type ServerLink } from './link/server-link.ts'
import { startRunner } from './main.ts'
import { fileDriver } from './testing/file-driver.ts'
import { makeSigner, signAct } from './testing/people.ts'
import { makeSite, plannedOf, type TestSite } from './testing/site.ts'

let at: TestSite
beforeEach(async () => {
  at = await makeSite()
})
afterEach(() => at.close())

const away: ServerLink = {
  poll: () => Promise.reject(new LinkFault('away')),
  report: () => Promise.reject(new LinkFault('away')),
}
const deps = {
  drivers: { file: fileDriver },
  readRunbook: (text: string) => ({ runbook: JSON.parse(text) }),
  log: () => {},
}
const start = () => startRunner(at.config, { ...deps, link: away })

test.each([
  { name: 'without its journal', spoil: () => rmSync(journalFileOf(at.config.state)), says: /missing/ },
  { name: 'without its key', spoil: () => rmSync(keyFileOf(at.config.state)), says: /no key/ },
  {
    name: 'with a key that others can read',
    spoil: () => chmodSync(keyFileOf(at.config.state), 0o644),
    says: /mode 600/,
  },
  {
    name: 'with another name',
    spoil: () => Object.assign(at.config, { id: 'runner-2' }),
    says: /another key or name/,
  },
  {
    name: 'without its chain',
    spoil: () => rmSync(at.config.trust.chain),
    says: /failed to read the trust chain/,
  },
])('does not start $name', async ({ spoil, says }) => {
  spoil()
  await expect(start()).rejects.toThrow(says)
})

test('ends when the server knows of receipts that the journal does not: the journal is an old copy', async () => {
  const old = join(at.folder, 'old-journal')
  copyFileSync(journalFileOf(at.config.state), old)
  const first = await startRunner(at.config, deps)
  for (const id of ['p1', 'p2']) {
    at.server.give(at.planTask(id))
    await plannedOf(at, id)
  }
  await first.stop()
  copyFileSync(old, journalFileOf(at.config.state))
  const second = await startRunner(at.config, deps)
  at.server.give(at.planTask('p3'))
  expect((await second.ended)?.message).toMatch(/old copy/)
})

test.each([
  { name: 'nonsense', poll: { tasks: 'x', word: {} } },
  {
    name: 'a task without its parts',
    poll: { tasks: [{ type: 'execute', id: 'e' }], word: { clock: 1, stop: [] } },
  },
])('outlives a server that answers $name', async ({ poll }) => {
  const { readPollAnswer } = await import('./link/read-answer.ts')
  expect(() => readPollAnswer(poll as never)).toThrow(LinkFault)
})

test('agrees with ssh-keygen on what a signed act is', () => {
  const ann = makeSigner('ann', 'sre')
  const digest = `sha256:${'a'.repeat(64)}` as const
  const signed = signAct(ann, { act: 'approve', subject: digest, site: digest, notAfter: 5 })
  expect(verifyAct(signed)).toBe(true)
  expect(verifyAct({ ...signed, act: { ...signed.act, notAfter: 6 } })).not.toBe(true)
  expect(verifyAct({ ...signed, act: { ...signed.act, act: 'deny' } })).not.toBe(true)
  if (spawnSync('ssh-keygen', ['-?']).error !== undefined) {
    console.warn('left out: ssh-keygen is missing')
    return
  }
  const file = (name: string, text: string): string => {
    const path = join(at.folder, name)
    writeFileSync(path, text)
    return path
  }
  const allowed = file('allowed', `ann ${ann.line}\n`)
  const signature = file('act.sig', signed.signature)
  const args = ['-Y', 'verify', '-f', allowed, '-I', 'ann', '-n', 'approve@countersign', '-s', signature]
  const checked = spawnSync('ssh-keygen', args, { input: canonicalizeSigned(signed.act) })
  expect(checked.status).toBe(0)
})

import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Json } from '@countersign/core/kernel/json'
import type { TrustBody } from '@countersign/core/trust/chain'
import { digestOf } from '@countersign/crypto/digest-of'
import { verifyAct } from '@countersign/crypto/verify-act'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { reEnrolRunner, reRoot } from '../enrol.ts'
import { RunnerFault } from '../fault.ts'
import { type Journal, openJournal } from '../journal/journal.ts'
import { signAct } from '../testing/people.ts'
import { makeSite, type TestSite } from '../testing/site.ts'
import { revokeKey } from './revoked.ts'
import { openTrust } from './trust-store.ts'

let at: TestSite
let journal: Journal
let genesis: TrustBody
beforeEach(async () => {
  at = await makeSite()
  journal = openJournal(at.config.state, () => ({ at: Date.now(), sure: true }))
  genesis = chainFile()[0].body
})
afterEach(async () => {
  journal.close()
  await at.close()
})

const chainFile = () => JSON.parse(readFileSync(at.config.trust.chain, 'utf8'))
const open = () =>
  openTrust(
    { state: at.config.state, genesis: at.config.trust.genesis, chainFile: at.config.trust.chain },
    journal,
    { verify: verifyAct, digestOf },
  )
const revoke = (key: string) => revokeKey({ state: at.config.state, chainFile: at.config.trust.chain }, key)

function second(name: string, changes: Partial<TrustBody> = {}): Json[] {
  const site = at.config.trust.genesis
  const issuedAt = genesis.issuedAt + 1
  const body = { ...genesis, version: 2, site, previous: site, name, issuedAt, ...changes }
  const subject = digestOf('countersign/trust/v1', body as unknown as Json)
  const acts = [at.ann, at.bob].map((one) =>
    signAct(one, { act: 'trust', subject, site, notAfter: body.issuedAt + 1_000 }),
  )
  return [...chainFile(), { body, acts }]
}

test('takes a longer chain, remembers it, and then nothing older or other', () => {
  const trust = open()
  expect(trust.take(second('two'), Date.now())).toEqual({ ok: true })
  expect(trust.take(second('two'), Date.now())).toEqual({ ok: true })
  expect(trust.take(chainFile(), Date.now())).toMatchObject({
    refused: expect.stringMatching('trust/2 was seen'),
  })
  expect(trust.take(second('fork'), Date.now())).toMatchObject({ refused: expect.stringMatching('forked') })
  expect(open().version()).toBe(2)
})

test('does not start on a chain file that was set back', () => {
  open().take(second('two'), Date.now())
  writeFileSync(join(at.config.state, 'trust.json'), JSON.stringify(chainFile()))
  expect(open).toThrow(/trust\/2 was seen before/)
})

test('does not start under another pin than the journal was begun with, until re-rooted', () => {
  const other = digestOf('countersign/trust/v1', 'other')
  at.config.trust.genesis = other
  expect(open).toThrow(RunnerFault)
  reRoot({ state: at.config.state, genesis: other, now: Date.now() })
  journal.close()
  journal = openJournal(at.config.state, () => ({ at: Date.now(), sure: true }))
  expect(open).toThrow(/pinned genesis/)
})

test('knows no chain once it has expired, and no key that was revoked here', () => {
  const trust = open()
  expect(trust.current(genesis.expiresAt)).toHaveProperty('refused')
  revoke(at.bob.line)
  revoke(genesis.grantKeys[0]!.key)
  const current = trust.current(Date.now())
  if ('refused' in current) throw new Error(current.refused)
  expect(current.trust.body.people.find(({ id }) => id === 'bob')?.keys).toEqual([])
  expect(current.trust.body.grantKeys).toEqual([])
})

test('takes no new version from keys that were revoked here, nor dated back from expired ones', () => {
  const trust = open()
  const late = Math.max(...genesis.people.flatMap(({ keys }) => keys.map(({ notAfter }) => notAfter)))
  const longer = second('late', { expiresAt: late + 1_000_000 })
  expect(trust.take(longer, late)).toMatchObject({ refused: expect.stringMatching('has expired') })
  revoke(at.bob.line)
  expect(trust.take(longer, Date.now())).toMatchObject({ refused: expect.stringMatching('revoked here') })
  expect(trust.version()).toBe(1)
})

test('revokes only keys that the chain names, and takes no unreadable list for an empty one', () => {
  const trust = open()
  expect(() => revoke(at.ann.line.slice(0, -1))).toThrow(/names no person, runner or grant/)
  revoke(`${at.bob.line} bob@laptop`)
  revoke(at.bob.line)
  const list = join(at.config.state, 'revoked')
  expect(readFileSync(list, 'utf8')).toBe(`${at.bob.line}\n`)
  rmSync(list)
  mkdirSync(list)
  expect(() => trust.current(Date.now())).toThrow(RunnerFault)
})

test('goes on with a version that was taken before its signer’s key was revoked', () => {
  open().take(second('two'), Date.now())
  revoke(at.bob.line)
  expect(open().version()).toBe(2)
})

test('re-enrolment begins a new journal with a new key', () => {
  const { state, trust } = at.config
  const { publicKey } = reEnrolRunner({ state, runner: 'runner-1', genesis: trust.genesis, now: Date.now() })
  expect(publicKey).not.toBe(journal.state.key)
  const again = openJournal(state, () => ({ at: Date.now(), sure: true }))
  expect(again.state).toMatchObject({ key: publicKey, receiptCount: 0 })
  again.close()
})

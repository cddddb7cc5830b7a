import fc from 'fast-check'
import { expect, test } from 'vitest'
import { BadStep, type DriverStep, type Observation, TargetMoved } from '../driver.ts'
import { dnsDriver } from './dns.ts'
import { readDnsStep } from './dns-step.ts'
import { recordSet } from './record-set.ts'
import { faultOf, updateScript } from './update.ts'

const step = (
  wish: DriverStep['with'],
  action = 'upsert',
  settings: DriverStep['with'] = {},
): DriverStep => ({
  action,
  with: { name: 'www.shop.test', type: 'A', ...(action === 'upsert' ? { ttl: 60 } : {}), ...wish },
  target: {
    id: 'dns/shop',
    address: '192.0.2.53',
    settings: {
      zone: 'shop.test',
      primary: { address: '192.0.2.53' },
      secondaries: [],
      tsigKeyFile: '/k',
      ...settings,
    },
  },
})
const seen = (records: string[], ttl = 60): Observation => ({
  footprint: recordSet('www.shop.test.', 'A', ttl, records),
  fields: { alias: '' },
  mark: {},
  serving: { now: 2, known: true },
})
const FOUR = ['192.0.2.1', '192.0.2.2', '192.0.2.3', '192.0.2.4']

test.each([
  { name: 'a full cutover', from: ['192.0.2.1'], to: ['192.0.2.9'], share: 10_000 },
  { name: 'one of four gone', from: FOUR, to: FOUR.slice(1), share: 2500 },
  { name: 'half gone', from: FOUR, to: FOUR.slice(2), share: 5000 },
  { name: 'one more', from: FOUR.slice(0, 2), to: FOUR.slice(0, 3), share: 3334 },
  { name: 'a new set', from: [], to: FOUR, share: 10_000 },
  { name: 'no change', from: FOUR, to: FOUR, share: 0 },
])('$name is a share of $share', ({ from, to, share }) => {
  const draft = dnsDriver.draft(step({ records: to }), seen(from))
  expect(draft.shareBp).toBe(share)
  expect(draft.diff.length === 0).toBe(share === 0)
  expect(draft.undo?.artefact).toEqual(seen(from).footprint)
})

test('another TTL changes the whole set', () => {
  const draft = dnsDriver.draft(step({ records: FOUR, ttl: 5 }), seen(FOUR))
  expect(draft).toMatchObject({
    shareBp: 10_000,
    diff: [{ path: 'www.shop.test. A ttl', from: '60', to: '5' }],
  })
})

test('whatever is wished, a draft that leaves the set empty hits a limit', () => {
  const some = fc.subarray(FOUR)
  fc.assert(
    fc.property(some, some, fc.constantFrom('upsert', 'delete'), (found, named, action) => {
      const { predicted, limits } = dnsDriver.draft(step({ records: named }, action), seen(found))
      const left = (predicted as { records: string[] }).records
      expect(limits.length > 0).toBe(left.length === 0 || named.length === 0)
    }),
  )
})

test('one message: the exact set before as prerequisite, then the new one', () => {
  const read = readDnsStep(step({ records: FOUR.slice(0, 2) }))
  const script = updateScript(
    read,
    recordSet(read.name, 'A', 30, ['192.0.2.7']),
    recordSet(read.name, 'A', 60, FOUR.slice(0, 2)),
  )
  expect(script.split('\n')).toEqual([
    'server 192.0.2.53 53',
    'zone shop.test.',
    'prereq yxrrset www.shop.test. A 192.0.2.7',
    'update delete www.shop.test. A',
    'update add www.shop.test. 60 A 192.0.2.1',
    'update add www.shop.test. 60 A 192.0.2.2',
    'send',
    '',
  ])
})

test.each([
  [2, 'update failed: NXRRSET', /no longer as planned/],
  [2, 'update failed: YXRRSET', /no longer as planned/],
  [2, '; TSIG error with server: tsig verify failure\nupdate failed: NOTAUTH(BADSIG)', /signature/],
  [2, 'update failed: NOTAUTH(BADTIME)', /clocks/],
  [2, 'update failed: NOTAUTH(BADKEY)', /does not know the TSIG key/],
  [2, 'update failed: REFUSED', /refuses/],
  [2, 'update failed: SERVFAIL', /answers SERVFAIL/],
  [
    2,
    'could not create key from hmac-sha256:k:c2VjcmV0: bad base64 encoding\nupdate failed: REFUSED',
    /cannot be read/,
  ],
  [0, 'could not read key from /k.{private,key}: failure', /cannot be read/],
  [2, '; Communication with 192.0.2.53#53 failed: timed out', /no answer/],
  [1, 'incorrect section name: c2VjcmV0', /could not read the update/],
])('nsupdate ends with %i and says %s', (code, said, says) => {
  const fault = faultOf(code, said, readDnsStep(step({ records: FOUR })))
  expect(fault?.message).toMatch(says)
  expect(fault instanceof TargetMoved).toBe(/NXRRSET|YXRRSET/.test(said))
  expect(`${fault?.message} ${fault?.hint}`).not.toContain('c2VjcmV0')
})

test('nsupdate that ends with 0 and says nothing has done it', () => {
  expect(faultOf(0, '\n', readDnsStep(step({ records: FOUR })))).toBeUndefined()
})

test.each([
  { name: 'a name outside of the zone', bad: step({ name: 'www.other.test', records: FOUR }) },
  { name: 'a wildcard', bad: step({ name: '*.shop.test', records: FOUR }) },
  { name: 'a type that is not handled', bad: step({ type: 'NS', records: FOUR }) },
  { name: 'a value of another type', bad: step({ records: ['::1'] }) },
  { name: 'a TTL of zero', bad: step({ ttl: 0, records: FOUR }) },
  { name: 'a TTL as text', bad: step({ ttl: '60', records: FOUR }) },
  { name: 'no records at all', bad: step({}) },
  { name: 'records that are no list', bad: step({ records: '192.0.2.1' }) },
  { name: 'secondaries left out', bad: step({ records: FOUR }, 'upsert', { secondaries: null }) },
  {
    name: 'a TSIG secret in place of a path',
    bad: step({ records: FOUR }, 'upsert', { tsigKeyFile: 'c2VjcmV0' }),
  },
  { name: 'another action', bad: step({ records: FOUR }, 'transfer') },
])('refuses $name', ({ bad }) => {
  expect(() => readDnsStep(bad)).toThrow(BadStep)
})

test('a secret written where a path belongs is not quoted', () => {
  const bad = step({ records: FOUR }, 'upsert', { tsigKeyFile: 'c2VjcmV0' })
  expect(() => readDnsStep(bad)).toThrow(
    expect.objectContaining({
      message: expect.not.stringContaining('c2VjcmV0'),
      hint: expect.not.stringContaining('c2VjcmV0'),
    }),
  )
})

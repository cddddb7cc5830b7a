import fc from 'fast-check'
import { expect, test } from 'vitest'
import { NOW, samplePlan, signSample } from '../testing/sample-plan.ts'
import { planText, shortDigest } from './show-plan.ts'

const plain = (_: string, text: string): string => text

test('a plan reads so', () => {
  const plan = samplePlan()
  const { digest } = signSample(plan)
  const text = planText(plan, digest, NOW, plain)
  expect(text.replaceAll(digest, 'DIGEST').replaceAll(shortDigest(digest), 'SHORT')).toBe(`
plan
  digest       SHORT  (DIGEST)
  runbook      dns-change  (sha256:${'2'.repeat(64)})
  action       dns.change
  proposed by  agent "helper"
  made by      runner "runner-1", 2030-01-02 03:03:45Z (20 s ago)
  valid until  2030-01-02 03:19:05Z (in 15 min)

targets
  shop-dns  dns  ns1.example

parameters
  name       www
  addresses  ["10.0.0.1","10.0.0.2"]

what changes
  1. change: dns.upsert on shop-dns
     - www.shop.test A: 10.0.0.9
     + www.shop.test A: 10.0.0.1
     + www.shop.test TXT: new
       ttl: 60
  2. announce: dns.delete on shop-dns
     - old.shop.test A: 10.0.0.8

what cannot be undone
  no undo for: announce

undo
  change:
    | put 10.0.0.9 back
  announce:
    | none

scope
  concerns       1 target, 1 service, 2 regions
  share          50 % of the set that changes
  still serving  1 while it runs, unknown afterwards

preconditions, as the runner saw them
  yes  The primary answers.

LIMITS HIT: no approval lifts them
  floor: Members that keep serving (limit 2, actual 1)

the runner demands, whatever policy decides
  nobody: it lies within what this runner may do unsigned`)
})

test('nothing in a plan reaches the terminal unseen, wherever it stands', () => {
  fc.assert(
    fc.property(fc.constantFrom('\u001b[2J', '\r', '\u202e', '\u0007', '\u009b1A'), (evil) => {
      const dirty = JSON.parse(
        JSON.stringify(samplePlan(), (key, value: unknown) =>
          typeof value === 'string' && key !== 'digest' ? `${value}${evil}` : value,
        ),
      ) as ReturnType<typeof samplePlan>
      const text = planText(dirty, `sha256:${'a'.repeat(64)}`, NOW, plain)
      expect(text).not.toContain(evil)
      expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\u202e]/u)
    }),
  )
})

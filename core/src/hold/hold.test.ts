import fc from 'fast-check'
import { expect, test } from 'vitest'
import { covering, type Hold, type HoldScope } from './hold.ts'

const hold = (scope: HoldScope, until = 0): Hold => ({
  id: 'h',
  scope,
  reason: 'r',
  person: 'p',
  until,
  paged: true,
})
const act = { area: 'dns', services: ['shop', 'mail'], runbook: 'change-record-set' }

test.each<[name: string, scope: HoldScope, covers: boolean]>([
  ['everything', { kind: 'everything' }, true],
  ['its area', { kind: 'area', id: 'dns' }, true],
  ['another area', { kind: 'area', id: 'service' }, false],
  ['one of its services', { kind: 'service', id: 'mail' }, true],
  ['another service', { kind: 'service', id: 'web' }, false],
  ['its runbook', { kind: 'runbook', id: 'change-record-set' }, true],
  ['another runbook', { kind: 'runbook', id: 'restart' }, false],
  ['a runbook named like its area', { kind: 'runbook', id: 'dns' }, false],
  ['a scope that this version does not know', { kind: 'region', id: 'r1' } as unknown as HoldScope, true],
])('a hold on %s', (_, scope, covers) => {
  expect(covering([hold(scope)], act)).toHaveLength(covers ? 1 : 0)
})

test('goes on holding after its end, and one of many is enough', () => {
  fc.assert(
    fc.property(fc.integer(), fc.array(fc.string()), (until, names) => {
      const others = names.map((id) => hold({ kind: 'area', id: `not-${id}` }))
      expect(covering([...others, hold({ kind: 'area', id: 'dns' }, until)], act)).toHaveLength(1)
    }),
  )
})

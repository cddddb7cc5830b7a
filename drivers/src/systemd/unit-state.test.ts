import { expect, test } from 'vitest'
import { DriverFault, type DriverStep } from '../driver.ts'
import { systemdDriver } from './systemd.ts'
import { faultOfChange } from './unit-change.ts'
import { effectOn, isSameLife } from './unit-effect.ts'
import { parseUnit, type UnitMark } from './unit-state.ts'
import { readUnitStep } from './unit-step.ts'

const SHOWN = {
  LoadState: 'loaded',
  ActiveState: 'failed',
  SubState: 'failed',
  FragmentPath: '/etc/systemd/system/app.service',
  UnitFileState: 'enabled',
  NeedDaemonReload: 'no',
  InvocationID: 'a1',
  ActiveEnterTimestampMonotonic: '123',
  NRestarts: '5',
  Result: 'exit-code',
  MainPID: '0',
}
const said = (
  changes: Record<string, string> = {},
  definition = '[Service]\nEnvironment=TOKEN=open-sesame\n',
) => {
  const lines = Object.entries({ ...SHOWN, ...changes }).map(([key, value]) => `${key}=${value}\n`)
  return `${lines.join('')}--- definition ---\n${definition}--- end ---\n`
}
const seen = (changes?: Record<string, string>, definition?: string) =>
  parseUnit('app.service', said(changes, definition))
const step = (action: string): DriverStep => ({
  action,
  with: {},
  target: {
    id: 'web1/app',
    address: '192.0.2.1',
    settings: { user: 'ops', keyFile: '/k', knownHosts: '/h', unit: 'app.service' },
  },
})

test('the footprint is the definition: counters and state leave it alone, text and loading do not', () => {
  const moved = {
    ActiveState: 'active',
    InvocationID: 'b2',
    NRestarts: '9',
    MainPID: '77',
    Result: 'success',
  }
  expect(seen(moved).footprint).toEqual(seen().footprint)
  for (const changed of [{ FragmentPath: '/x' }, { UnitFileState: 'disabled' }, { NeedDaemonReload: 'yes' }])
    expect(seen(changed).footprint).not.toEqual(seen().footprint)
  expect(seen({}, 'other\n').footprint).not.toEqual(seen().footprint)
})

test('the text of the definition stays out of everything', () => {
  const at = seen()
  expect(JSON.stringify([at, systemdDriver.draft(step('restart'), at)])).not.toContain('open-sesame')
})

test.each([
  ['nothing', ''],
  ['no end', said().slice(0, -5)],
  ['no definition', 'LoadState=loaded\n'],
  ['a property missing', said().replace('InvocationID=a1\n', '')],
])('an answer with %s is a fault', (_, text) => {
  expect(() => parseUnit('app.service', text)).toThrow(DriverFault)
})

const mark = (active: string, invocation = 'a1') => ({ active, invocation }) as UnitMark
test.each([
  ['restart', 'failed', 'active', 'b2', 'done'],
  ['restart', 'active', 'active', 'a1', 'not-done'],
  ['restart', 'active', 'active', '', 'not-done'],
  ['restart', 'active', 'activating', 'b2', 'pending'],
  ['restart', 'active', 'deactivating', 'a1', 'pending'],
  ['restart', 'active', 'failed', 'b2', 'failed'],
  ['restart', 'active', 'inactive', 'b2', 'failed'],
  ['restart', 'failed', 'failed', 'a1', 'not-done'],
  ['restart', 'failed', 'inactive', '', 'not-done'],
  ['start', 'inactive', 'active', 'b2', 'done'],
  ['start', 'inactive', 'failed', 'b2', 'failed'],
  ['start', 'inactive', 'inactive', 'a1', 'not-done'],
  ['stop', 'active', 'inactive', 'a1', 'done'],
  ['stop', 'active', 'failed', 'a1', 'done'],
  ['stop', 'active', 'active', 'b2', 'not-done'],
  ['stop', 'active', 'deactivating', 'a1', 'pending'],
] as const)('%s of a unit that was %s and is %s (%s): %s', (action, was, is, invocation, effect) => {
  expect(effectOn(action, mark(was), mark(is, invocation))).toBe(effect)
})

test.each([
  { what: 'the same invocation', was: ['active', 'a'], is: ['active', 'a'], same: true },
  { what: 'another invocation', was: ['active', 'a'], is: ['active', 'b'], same: false },
  { what: 'a rest that systemd has forgotten', was: ['inactive', 'a'], is: ['inactive', ''], same: true },
  { what: 'a rest after another life', was: ['inactive', 'a'], is: ['failed', 'b'], same: false },
  { what: 'a life that ended and was forgotten', was: ['active', 'a'], is: ['inactive', ''], same: false },
])('$what: the same life is $same', ({ was, is, same }) => {
  const of = ([active = '', invocation]: string[]) => mark(active, invocation)
  expect(isSameLife(of(was), of(is))).toBe(same)
})

test.each([
  { action: 'restart', found: 'failed', undo: { found: 'down' } },
  { action: 'restart', found: 'active', undo: { found: 'up' } },
  { action: 'restart', found: 'activating', undo: undefined },
  { action: 'stop', found: 'active', undo: { found: 'up' } },
])('the undo of $action, found $found, brings back $undo', ({ action, found, undo }) => {
  expect(systemdDriver.draft(step(action), seen({ ActiveState: found })).undo?.artefact).toEqual(undo)
})

test('what is so already makes no difference; what does not exist is a hard limit', () => {
  expect(systemdDriver.draft(step('start'), seen({ ActiveState: 'active' })).diff).toEqual([])
  expect(systemdDriver.draft(step('stop'), seen({ ActiveState: 'failed' })).diff).toEqual([])
  expect(systemdDriver.draft(step('restart'), seen({ LoadState: 'masked' })).limits).toMatchObject([
    { actual: 'masked' },
  ])
})

test.each([
  ['ran 0 b2 a1', undefined],
  ['ran 1 b2 a1', undefined],
  ['ran 0', undefined],
  ['ran 4 a1 a1', /did not restart/],
  ['moved', /no longer/],
  ['busy', /still runs/],
  ['no-lock', /no lock/],
  ['', /no answer/],
  ['ran 0 b2 a1; extra', /no answer/],
])('the host says "%s": %s', (word, says) => {
  const fault = faultOfChange(readUnitStep(step('restart')), 'restart', word)
  if (says === undefined) expect(fault).toBeUndefined()
  else expect(fault?.message).toMatch(says)
})

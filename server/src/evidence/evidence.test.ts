import type { Check } from '@countersign/core/runbook/runbook'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Context } from '../context.ts'
import { type Answer, type Monitor, startMonitor, vector } from '../testing/monitor.ts'
import { catalogueOf } from '../testing/texts.ts'
import { createSources } from './create.ts'
import { readChecks } from './read.ts'

let monitor: Monitor
let context: Context
beforeAll(async () => {
  monitor = await startMonitor()
  const sources = createSources([
    { id: 'prometheus', kind: 'prometheus', url: `${monitor.url}/`, group: 'metrics', timeout: 200 },
    { id: 'keeper', kind: 'keeper', url: monitor.url, group: 'keeper', timeout: 200 },
    { id: 'probe', kind: 'http-probe', url: null, group: 'outside', timeout: 200 },
  ])
  context = {
    sources,
    catalogue: catalogueOf(monitor.port),
    now: () => 1_700_000_000_000,
  } as unknown as Context
})
afterAll(() => monitor.stop())
beforeEach(() => {
  monitor.answers.clear()
  monitor.up.clear()
})

const check = (source: string, query: string, changes: Partial<Check> = {}): Check => ({
  id: 'c',
  says: 's',
  source,
  query,
  expect: { op: '==', value: 0 },
  whenNot: 'against',
  freshFor: 60_000,
  ...changes,
})
async function read(wanted: Check, parameters = { target: 's1-a' }) {
  const [item] = await readChecks(context, [wanted], parameters)
  if (item === undefined) throw new Error('every check has an answer')
  return item
}
const json = (body: string, status = 200): Answer => ({ status, body })

describe('prometheus', () => {
  const success = (data: object) => json(JSON.stringify({ status: 'success', data }))
  test.each([
    {
      name: 'one series that meets the expectation supports',
      answer: json(vector(['0'])),
      verdict: 'supports',
    },
    {
      name: 'one series that does not is what the check says',
      answer: json(vector(['1'])),
      verdict: 'against',
    },
    {
      name: 'a scalar counts',
      answer: success({ resultType: 'scalar', result: [1, '0'] }),
      verdict: 'supports',
    },
    { name: 'no series is no reading', answer: json(vector([])), verdict: 'unknown' },
    { name: 'several series are no single number', answer: json(vector(['0', '0'])), verdict: 'unknown' },
    {
      name: 'a warning says that it is partial',
      answer: json(vector(['0'], { warnings: ['w'] })),
      verdict: 'unknown',
    },
    { name: 'NaN is no number', answer: json(vector(['NaN'])), verdict: 'unknown' },
    { name: '+Inf is no number', answer: json(vector(['+Inf'])), verdict: 'unknown' },
    { name: 'empty text is no zero', answer: json(vector([''])), verdict: 'unknown' },
    {
      name: 'a range is not what was asked',
      answer: success({ resultType: 'matrix', result: [] }),
      verdict: 'unknown',
    },
    { name: 'an answer without a result', answer: success({ resultType: 'vector' }), verdict: 'unknown' },
    {
      name: 'HTTP 500 with an error',
      answer: json('{"status":"error","error":"boom"}', 500),
      verdict: 'unknown',
    },
    { name: 'HTTP 503 with something like a result', answer: json(vector(['0']), 503), verdict: 'unknown' },
    { name: 'a page of HTML', answer: json('<html>', 502), verdict: 'unknown' },
    { name: 'JSON that is no object', answer: json('null'), verdict: 'unknown' },
    { name: 'no answer in time', answer: 'hang' as const, verdict: 'unknown' },
    { name: 'a connection that breaks', answer: 'hang-up' as const, verdict: 'unknown' },
  ])('$name', async ({ answer, verdict }) => {
    monitor.answers.set('/api/v1/query', answer)
    const item = await read(check('prometheus', 'up'))
    expect(item).toMatchObject({
      verdict,
      group: 'metrics',
      observedAt: context.now(),
      freshUntil: context.now() + 60_000,
    })
    expect(item.value.startsWith('unreadable: ')).toBe(verdict === 'unknown')
  })

  test('the query asks for the target that the catalogue names', async () => {
    monitor.up.add('s1-a')
    const wanted = check('prometheus', `up{host="\${target}"}`, { expect: { op: '==', value: 1 } })
    expect(await read(wanted)).toMatchObject({ verdict: 'supports', query: 'up{host="s1-a"}' })
  })
})

describe('probe', () => {
  const wanted = (changes: Partial<Check> = {}) =>
    check('probe', `http://\${target.address}`, { expect: { op: '!=', value: 200 }, ...changes })
  const closed = async () => {
    const other = await startMonitor()
    await other.stop()
    return other.url
  }

  test('an error of the service supports that it is down, a success speaks against it', async () => {
    expect(await read(wanted())).toMatchObject({ verdict: 'supports', value: 'status 503' })
    monitor.up.add('s1-a')
    expect(await read(wanted())).toMatchObject({ verdict: 'against', value: 'status 200' })
  })
  test('a refused connection supports that it is down', async () => {
    expect(await read(wanted({ query: await closed() }))).toMatchObject({
      verdict: 'supports',
      value: 'connection refused',
    })
  })
  test.each([
    { name: 'no answer in time', query: `http://\${target.address}`, answer: 'hang' as const },
    { name: 'a name that nobody knows', query: 'http://nobody.invalid/', answer: null },
    { name: 'an address that is none', query: 'not an address', answer: null },
  ])('$name is our own blindness', async ({ query, answer }) => {
    if (answer !== null) monitor.answers.set('/s1-a', answer)
    expect((await read(wanted({ query }))).verdict).toBe('unknown')
  })
  test('a redirect is not followed: what it leads to is not the target', async () => {
    monitor.answers.set('/s1-a', json('', 302))
    expect(await read(wanted())).toMatchObject({ value: 'status 302' })
  })
})

describe('keeper', () => {
  const services = (state: string) => json(JSON.stringify({ services: [{ name: 's1-a', state }] }))
  const wanted = check('keeper', `\${target}`, { expect: { op: '==', value: -1 } })
  test.each([
    { state: 'failed', verdict: 'supports' },
    { state: 'stopped', verdict: 'against' },
    { state: 'running', verdict: 'against' },
    { state: 'dreaming', verdict: 'unknown' },
  ])('$state means $verdict', async ({ state, verdict }) => {
    monitor.answers.set('/services', services(state))
    expect((await read(wanted)).verdict).toBe(verdict)
  })
  test.each([
    { name: 'a service that it does not know', answer: json('{"services":[]}') },
    { name: 'an answer of another form', answer: json('{}') },
    { name: 'an answer that is none', answer: json('') },
  ])('$name is no reading', async ({ answer }) => {
    monitor.answers.set('/services', answer)
    expect((await read(wanted)).verdict).toBe('unknown')
  })
})

test('a source that is not registered, and a parameter that is missing, are unknown with the reason', async () => {
  expect((await read(check('oracle', 'x'))).value).toBe('unreadable: no source "oracle" is registered')
  expect(await read(check('prometheus', `\${nothing}`))).toMatchObject({
    verdict: 'unknown',
    query: `\${nothing}`,
  })
})

test('all checks are read at once: one that hangs does not keep the others', async () => {
  monitor.answers.set('/api/v1/query', 'hang')
  monitor.up.add('s1-a')
  const probe = check('probe', `http://\${target.address}`, { expect: { op: '==', value: 200 } })
  const items = await readChecks(context, [check('prometheus', 'up'), probe], { target: 's1-a' })
  expect(items.map(({ verdict }) => verdict)).toEqual(['unknown', 'supports'])
})

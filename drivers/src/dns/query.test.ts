import { expect, test } from 'vitest'
import { DriverFault } from '../driver.ts'
import { parseAnswer } from './query.ts'

const server = { address: '192.0.2.53', port: 53 }
const www = { name: 'www.shop.test.', type: 'A' } as const
const answer = (lines: string[], { status = 'NOERROR', flags = 'qr aa', count = lines.length } = {}) =>
  `;; Got answer:
;; ->>HEADER<<- opcode: QUERY, status: ${status}, id: 1
;; flags: ${flags}; QUERY: 1, ANSWER: ${count}, AUTHORITY: 0, ADDITIONAL: 1

;; ANSWER SECTION:
${lines.join('\n')}
`
const A = 'www.shop.test.\t\t60\tIN\tA\t192.0.2.'

test('reads the set sorted, whatever the order of the answer', () => {
  const { set } = parseAnswer(answer([`${A}2`, `${A}1`]), www, server)
  expect(set).toEqual({ name: 'www.shop.test.', type: 'A', ttl: 60, records: ['192.0.2.1', '192.0.2.2'] })
})

test.each(['NOERROR', 'NXDOMAIN'])('an authoritative empty answer (%s) is an absent set', (status) => {
  expect(parseAnswer(answer([], { status }), www, server).set).toMatchObject({ ttl: null, records: [] })
})

test('an alias is told, and what it leads to is not taken for the set', () => {
  const lines = ['www.shop.test. 60 IN CNAME lb.shop.test.', 'lb.shop.test. 60 IN A 192.0.2.9']
  expect(parseAnswer(answer(lines), www, server)).toMatchObject({
    set: { records: [] },
    alias: 'lb.shop.test.',
  })
})

test.each([
  ['truncated', answer([`${A}1`], { flags: 'qr aa tc' })],
  ['not authoritative', answer([`${A}1`], { flags: 'qr ra' })],
  ['SERVFAIL', answer([], { status: 'SERVFAIL' })],
  ['REFUSED', answer([], { status: 'REFUSED' })],
  ['short of a record', answer([`${A}1`], { count: 2 })],
  ['two TTLs', answer([`${A}1`, 'www.shop.test. 30 IN A 192.0.2.2'])],
  ['unreadable value', answer(['www.shop.test. 60 IN A nonsense'])],
  ['empty', ''],
  ['an error text', ';; communications error to 192.0.2.53#53: timed out\n'],
])('an answer that is %s is a fault, never a set', (_, text) => {
  expect(() => parseAnswer(text, www, server)).toThrow(DriverFault)
})

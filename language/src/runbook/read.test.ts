import { expect, test } from 'vitest'
import { fileText } from '../testing/shipped.ts'
import { readRunbook } from './read.ts'

const DNS = fileText('runbooks/dns-change.yaml').text
const PATTERN = /pattern: \^\(A\|.*$/m

test.each([
  { name: 'a repeated group that repeats inside', pattern: '^(a+)+$', ok: false },
  { name: 'a repeated group with a choice', pattern: '^(a|a)*$', ok: false },
  { name: 'a counted group', pattern: '^(a+){2,}$', ok: false },
  { name: 'an optional group', pattern: '^([a-z0-9-]+[.])?x$', ok: true },
  { name: 'a repeated class', pattern: '^[a-z)]+$', ok: true },
])('a pattern with $name', ({ pattern, ok }) => {
  expect(DNS).toMatch(PATTERN)
  const read = readRunbook(
    'dns-change.yaml',
    DNS.replace(PATTERN, () => `pattern: '${pattern}'`),
  )
  const messages = 'problems' in read ? read.problems.map(({ message }) => message) : []
  expect(messages.some((message) => message.includes('repeats a group'))).toBe(!ok)
})

test('text that a proposal or a label fills may not stand in a query', () => {
  const text = DNS.replace('query: min(up{job="node",host=~"ns.*"})', () => 'query: \'up{name="${name}"}\'')
  expect(text).not.toBe(DNS)
  const read = readRunbook('dns-change.yaml', text)
  const messages = 'problems' in read ? read.problems.map(({ message }) => message) : []
  expect(messages).toEqual(['"name" is text, which may not stand in a query'])
})

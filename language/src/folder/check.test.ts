import { describe, expect, test } from 'vitest'
import { shippedFiles } from '../testing/shipped.ts'
import { checkFolder } from './check.ts'

const FILES = shippedFiles()

describe('files that do not fit each other are found:', () => {
  test.each([
    {
      name: 'a source nobody configured',
      file: 'restart-service.yaml',
      from: 'source: prometheus',
      to: 'source: promethius',
      says: 'no source "promethius"',
      hint: '"prometheus"',
    },
    {
      name: 'an action no driver has',
      file: 'dns-change.yaml',
      from: 'dns.upsert',
      to: 'dns.insert',
      says: 'no driver has the action "dns.insert"',
      hint: '"dns.upsert"',
    },
    {
      name: 'a target the catalogue lacks',
      file: 'example/runner.yaml',
      from: 'id: example-zone',
      to: 'id: exampel-zone',
      says: 'no target "exampel-zone"',
      hint: 'did you mean',
    },
    {
      name: 'a target of another service',
      file: 'example/runner.yaml',
      from: 'service: shop',
      to: 'service: names',
      says: 'belongs to service "shop"',
      hint: 'write shop',
    },
    {
      name: 'a target with two owners',
      file: 'example/runner.yaml',
      from: 'id: example-zone',
      to: 'id: web2',
      says: 'a second owner of target "web2"',
      hint: 'runner',
    },
    {
      name: 'an envelope for no runbook',
      file: 'example/runner.yaml',
      from: 'runbook: restart-service',
      to: 'runbook: restart-servic',
      says: 'no runbook "restart-servic"',
      hint: '"restart-service"',
    },
    {
      name: 'a rung with nobody on call',
      file: 'people.yaml',
      from: '  - { role: lead, people: [second] }\n',
      to: '',
      says: 'nobody is on call as "lead"',
      hint: 'use one of',
    },
    {
      name: 'a person on call who is not there',
      file: 'people.yaml',
      from: '[first, second]',
      to: '[first, secund]',
      says: 'no person "secund"',
      hint: '"second"',
    },
    {
      name: 'a channel that is not there',
      file: 'people.yaml',
      from: 'channel: hook',
      to: 'channel: hok',
      says: 'no channel "hok"',
      hint: '"hook"',
    },
    {
      name: 'a service that is not there',
      file: 'catalogue.yaml',
      from: 'dependencies: [names]',
      to: 'dependencies: [name]',
      says: 'no service "name"',
      hint: '"names"',
    },
    {
      name: 'a floor above the members',
      file: 'catalogue.yaml',
      from: 'floor: 1',
      to: 'floor: 3',
      says: 'floor 3 is more than the 2 targets',
      hint: 'lower it',
    },
    {
      name: 'a freeze that ends before it begins',
      file: 'catalogue.yaml',
      from: '2031-01-02',
      to: '2029-01-02',
      says: 'ends before it begins',
      hint: 'swap',
    },
    {
      name: 'a runbook twice',
      file: 'keeper-restart.yaml',
      from: 'runbook: keeper-restart',
      to: 'runbook: dns-change',
      says: 'a second runbook "dns-change"',
      hint: 'runbooks/dns-change.yaml',
    },
    {
      name: 'a parameter no step uses',
      file: 'restart-service.yaml',
      from: 'parameters:\n',
      to: 'parameters:\n  size: { type: integer, says: How large it is. , default: 1 }\n',
      says: 'no step uses parameter "size"',
      hint: 'take it out',
    },
    {
      name: 'a trigger that gives too little',
      file: 'restart-service.yaml',
      from: /with: \{ target: .*\}/,
      to: 'with: {}',
      says: 'gives no "target"',
      hint: 'write target',
    },
    {
      name: 'a list inside a text',
      file: 'dns-change.yaml',
      from: "records: '",
      to: "records: 'all ",
      says: 'cannot stand inside a text',
      hint: 'alone',
    },
    {
      name: 'a window too short for its samples',
      file: 'restart-service.yaml',
      from: 'window: 90s',
      to: 'window: 5s',
      says: 'do not fit',
      hint: 'longer',
    },
    {
      name: 'a pattern that is none',
      file: 'dns-change.yaml',
      from: 'pattern: ^(A|',
      to: 'pattern: ^((A|',
      says: 'not a regular expression',
      hint: 'brackets',
    },
  ])('$name', ({ file, from, to, says, hint }) => {
    const files = FILES.map((one) =>
      one.path.endsWith(file) ? { ...one, text: one.text.replace(from, to) } : one,
    )
    expect(files, `${from} is in ${file}`).not.toEqual(FILES)
    const problems = checkFolder(files)
    const found = problems.find((one) => one.message.includes(says))
    expect(problems.map((one) => one.message)).toEqual(
      expect.arrayContaining([expect.stringContaining(says)]),
    )
    expect(found?.hint).toContain(hint)
    expect(found?.line).toBeGreaterThan(0)
  })

  test('a file of no known kind', () => {
    expect(checkFolder([{ path: 'notes.yaml', text: 'a: 1' }])[0]?.hint).toContain('countersign.yaml')
  })
  test('an action no driver has, beside a broken form', () => {
    const files = FILES.map(({ path, text }) => ({
      path,
      text: text.replace('dns.upsert', 'dns.upsrt').replace('planFor: 30m', 'planFor: thirty'),
    }))
    const found = checkFolder(files).map(({ message }) => message)
    expect(found.filter((message) => /upsrt|thirty/.test(message))).toHaveLength(2)
  })
  test('a broken file does not blame those that refer to it', () => {
    const files = FILES.map((one) =>
      one.path.endsWith('catalogue.yaml') ? { ...one, text: 'version: 2' } : one,
    )
    expect(checkFolder(files).every((one) => one.file.endsWith('catalogue.yaml'))).toBe(true)
  })
})

import { execFileSync } from 'node:child_process'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { BadStep } from '../driver.ts'
import { quote, remoteCommand } from './quote.ts'

/** What a real shell makes of it, as sshd would run it. */
const words = (command: string) =>
  execFileSync('/bin/sh', ['-c', command], { encoding: 'utf8' }).split('\0').slice(0, -1)

test('whatever the word, a real shell hands it on as it is', () => {
  const word = fc.string({ unit: 'grapheme', minLength: 0 }).filter((text) => !/\p{Cc}/u.test(text))
  fc.assert(
    fc.property(fc.array(word, { minLength: 1, maxLength: 4 }), (list) => {
      expect(words(remoteCommand(`printf '%s\\0' "$@"`, list))).toEqual(list)
    }),
    { numRuns: 60 },
  )
})

test.each(["'; reboot; '", '$(reboot)', '`reboot`', '-rf', '*', "\\'", '"', '$HOME', ''])(
  '%s stays one word',
  (word) => {
    expect(words(remoteCommand(`printf '%s\\0' "$@"`, [word]))).toEqual([word])
  },
)

test.each(['a\nb', 'a\0b', 'a\x1bb'])('a control character is refused', (word) => {
  expect(() => quote(word)).toThrow(BadStep)
})

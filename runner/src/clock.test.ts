import { expect, test } from 'vitest'
import { createClock } from './clock.ts'

function clockAt({ floor = 0 } = {}) {
  const times = { wall: 1_000_000, mono: 0 }
  const clock = createClock({ wall: () => times.wall, mono: () => times.mono }, 120_000, () => floor)
  return { times, clock }
}

test('is not believed before the server has said its time', () => {
  expect(clockAt().clock.off()).toMatch(/not said/)
})

test.each([
  { name: 'the same time', server: 1_000_000, off: false },
  { name: 'two minutes apart', server: 1_120_000, off: false },
  { name: 'more than two minutes behind', server: 1_120_001, off: true },
  { name: 'more than two minutes ahead', server: 879_999, off: true },
])('with $name: off is $off', ({ server, off }) => {
  const { clock } = clockAt()
  clock.heard(server)
  expect(clock.off() !== null).toBe(off)
})

test('notices a jump between two words, and agrees again by itself', () => {
  const { clock, times } = clockAt()
  clock.heard(1_000_000)
  times.wall += 600_000
  expect(clock.off()).toMatch(/differs by 600000 ms/)
  times.mono += 599_000
  expect(clock.off()).toBeNull()
})

test('is off behind a time that was agreed on before, ordinary time keeping aside', () => {
  const behind = clockAt({ floor: 1_001_001 })
  behind.clock.heard(1_000_000)
  expect(behind.clock.off()).toMatch(/behind 1001001/)
  const slewed = clockAt({ floor: 1_001_000 })
  slewed.clock.heard(1_000_000)
  expect(slewed.clock.off()).toBeNull()
})

import { expect, test } from 'vitest'
import { DriverFault } from './driver.ts'
import { runProgram } from './program.ts'

const never = new AbortController().signal
const sh = (script: string, options: Partial<Parameters<typeof runProgram>[2]> = {}) =>
  runProgram('/bin/sh', ['-c', script], { signal: never, timeoutMs: 5000, ...options })

test('gives what the program answers, whatever its exit code', async () => {
  expect(await sh('cat; echo bad >&2; exit 3', { input: 'good' })).toEqual({
    code: 3,
    stdout: 'good',
    stderr: 'bad\n',
  })
})

test('a command put before it runs it', async () => {
  expect((await sh('echo "$MARK"', { via: ['env', 'MARK=before'] })).stdout).toBe('before\n')
})

test('nothing of our own environment reaches it, but where programs and home are', async () => {
  process.env['CS_DRV_SECRET'] = 'open-sesame'
  expect((await sh('env')).stdout).not.toContain('open-sesame')
  delete process.env['CS_DRV_SECRET']
})

test.each([
  { name: 'too late', work: () => sh('exec sleep 60', { timeoutMs: 100 }), says: /no answer within 100 ms/ },
  { name: 'aborted', work: () => sh('exec sleep 60', { signal: AbortSignal.timeout(50) }), says: /aborted/ },
  { name: 'aborted before', work: () => sh('echo no', { signal: AbortSignal.abort() }), says: /aborted/ },
  { name: 'deaf to its end', work: () => sh('trap "" TERM; sleep 60', { timeoutMs: 100 }), says: /100 ms/ },
  { name: 'ended by a signal', work: () => sh('kill -9 $$'), says: /ended by a signal/ },
  { name: 'saying too much', work: () => sh('yes | head -c 3000000'), says: /said more than/ },
  {
    name: 'missing',
    work: () => runProgram('/no/program', [], { signal: never, timeoutMs: 100 }),
    says: /to start/,
  },
])('a program that is $name is a fault, and soon', async ({ work, says }) => {
  const start = Date.now()
  const error = await work().catch((fault: unknown) => fault)
  expect(error).toBeInstanceOf(DriverFault)
  expect((error as DriverFault).message).toMatch(says)
  expect(Date.now() - start).toBeLessThan(4000)
})

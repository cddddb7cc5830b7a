import { mkdtempSync, rmSync } from 'node:fs'
import type { Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { until } from '../wait.ts'
import { serviceAt, servicesAt } from './ask.ts'
import { serveKeeper } from './http.ts'
import { KeptService, LIMIT, mayStart, type ServiceView, WINDOW_MS } from './supervise.ts'

let folder: string
let server: Server
let url: string
let services: KeptService[]
let started: number[]

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cs-keeper-'))
  started = []
  const spec = (name: string, script: string) => {
    const command = [process.execPath, '-e', script]
    return { name, url: 'http://127.0.0.1:1', log: join(folder, `${name}.log`), command, env: {} }
  }
  const steady = new KeptService(spec('steady', 'setInterval(() => {}, 1000)'), (_, pid) => started.push(pid))
  services = [steady, new KeptService(spec('crashing', 'process.exit(1)'))]
  ;({ server, url } = await serveKeeper(services))
})
afterEach(async () => {
  await Promise.all(services.map((service) => service.order('stop')))
  server.close()
  rmSync(folder, { recursive: true })
})

const order = async (path: string, init: RequestInit = { method: 'POST' }) => {
  const reply = await fetch(`${url}${path}`, init)
  return {
    etag: reply.headers.get('etag') ?? '',
    status: reply.status,
    body: (await reply.json()) as ServiceView,
  }
}

const killUntilFailed = () =>
  until('steady is failed', 15_000, async () => {
    const { state, pid } = await serviceAt(url, 'steady')
    if (pid !== null) process.kill(pid, 'SIGKILL')
    return state === 'failed' ? true : state
  })

test('a killed service comes back with another pid', async () => {
  const before = (await order('/services/steady/start')).body
  process.kill(before.pid!, 'SIGKILL')
  await until('another pid', 5000, async () => {
    const { pid } = await serviceAt(url, 'steady')
    return pid !== null && pid !== before.pid ? true : String(pid)
  })
  expect(await serviceAt(url, 'steady')).toMatchObject({ state: 'running', restarts: 1 })
  expect(started).toHaveLength(2)
})

test('a service killed over and over is failed, and stays so until it is ordered to run', async () => {
  await order('/services/steady/start')
  await killUntilFailed()
  expect(started).toHaveLength(LIMIT)
  const failed = await serviceAt(url, 'steady')
  expect(failed).toMatchObject({ state: 'failed', pid: null, restarts: LIMIT - 1 })
  await new Promise((resolve) => setTimeout(resolve, 500))
  expect(await serviceAt(url, 'steady')).toEqual(failed)
  const { body } = await order('/services/steady/restart')
  expect(body.state).toBe('running')
  expect(started.at(-1)).toBe(body.pid)
})

test('a service that ends at once fails by itself', async () => {
  await order('/services/crashing/start')
  await until('failed', 5000, async () => {
    const { state } = await serviceAt(url, 'crashing')
    return state === 'failed' ? true : state
  })
})

test('restart always changes the pid, start of a running service never, stop leaves none', async () => {
  const first = (await order('/services/steady/start')).body.pid
  expect((await order('/services/steady/start')).body.pid).toBe(first)
  const second = (await order('/services/steady/restart')).body.pid
  expect(second).not.toBe(first)
  expect(() => process.kill(first!, 0)).toThrow()
  expect((await order('/services/steady/stop')).body).toMatchObject({ state: 'stopped', pid: null })
  expect(() => process.kill(second!, 0)).toThrow()
})

test('orders at the same time leave exactly one process', async () => {
  await Promise.all(['start', 'restart', 'restart', 'start'].map((word) => order(`/services/steady/${word}`)))
  const { pid } = await serviceAt(url, 'steady')
  const alive = started.filter((one) => {
    try {
      return process.kill(one, 0)
    } catch {
      return false
    }
  })
  expect(alive).toEqual([pid])
})

test('an order for a moment that has passed does nothing, so a repeat has its effect once', async () => {
  const { etag, body } = await order('/services/steady/start')
  const conditional = { method: 'POST', headers: { 'if-match': etag } }
  expect((await order('/services/steady', { method: 'GET' })).etag).toBe(etag)
  const replies = await Promise.all([1, 2, 3].map(() => order('/services/steady/restart', conditional)))
  expect(replies.map(({ status }) => status).sort()).toEqual([200, 412, 412])
  expect(started).toHaveLength(2)
  expect(replies.find(({ status }) => status === 200)?.body.pid).not.toBe(body.pid)
})

test('a crash is another moment', async () => {
  const { etag, body } = await order('/services/steady/start')
  process.kill(body.pid!, 'SIGKILL')
  await until('another moment', 5000, async () => {
    const now = await order('/services/steady', { method: 'GET' })
    return now.etag !== etag ? true : now.etag
  })
  const late = await order('/services/steady/stop', { method: 'POST', headers: { 'if-match': etag } })
  expect(late).toMatchObject({ status: 412, body: { status: 412 } })
})

test.each([
  ['/', 'GET', 404],
  ['/services/none', 'GET', 404],
  ['/services/none/start', 'POST', 404],
  ['/services/steady/explode', 'POST', 404],
  ['/services/steady/start/now', 'POST', 404],
  ['/services/steady/start', 'GET', 405],
  ['/services', 'POST', 405],
])('%s %s is answered with %i', async (path, method, status) => {
  expect(await order(path, { method })).toMatchObject({ status, body: { status } })
})

test('what a page in a browser sends is refused', async () => {
  const reply = await order('/services/steady/start', {
    method: 'POST',
    headers: { origin: 'http://x.test' },
  })
  expect(reply.status).toBe(403)
  expect((await servicesAt(url)).map(({ state }) => state)).toEqual(['stopped', 'stopped'])
})

test('law: never more than the limit of starts in any window', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 6000 }), { maxLength: 60 }), (pauses) => {
      let now = 0
      let allowed: number[] = []
      for (const pause of pauses) {
        now += pause
        if (mayStart(allowed, now)) allowed = [...allowed, now]
      }
      return allowed.every((at) => allowed.filter((one) => one >= at && one - at < WINDOW_MS).length <= LIMIT)
    }),
  )
})

/**
 * What the control plane looks at, as one HTTP server on loopback: health checks of the targets, Prometheus' query API,
 * Alertmanager's list of alerts, and a webhook that takes pages. It answers in the forms of the real ones.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Page } from '../notify/channel.ts'

export type Answer = { status: number; body: string } | 'hang' | 'hang-up'
export type Monitor = Awaited<ReturnType<typeof startMonitor>>

/** Targets are down until a test says that they are up. `answers` come before what would be said otherwise, by path. */
export async function startMonitor() {
  const up = new Set<string>()
  const answers = new Map<string, Answer | ((request: IncomingMessage) => Promise<Answer>)>()
  const pages: Page[] = []
  const alerts: { fingerprint: string; startsAt: string }[] = []
  const server = createServer((request, response) => {
    void respond(request, response, { up, answers, pages, alerts })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    up,
    answers,
    pages,
    alerts,
    async stop() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

type World = Pick<Monitor, 'up' | 'answers' | 'pages' | 'alerts'>

async function respond(request: IncomingMessage, response: ServerResponse, world: World): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://localhost')
  const given = world.answers.get(url.pathname)
  const answer =
    typeof given === 'function' ? await given(request) : (given ?? (await usual(request, url, world)))
  if (answer === 'hang') return
  if (answer === 'hang-up') {
    request.socket.destroy()
    return
  }
  response.writeHead(answer.status, { 'content-type': 'application/json' }).end(answer.body)
}

async function usual(request: IncomingMessage, url: URL, world: World): Promise<Answer> {
  if (url.pathname === '/api/v1/query') {
    const host = /host="([^"]+)"/.exec(url.searchParams.get('query') ?? '')?.[1] ?? ''
    return { status: 200, body: vector([world.up.has(host) ? '1' : '0']) }
  }
  if (url.pathname === '/api/v2/alerts') return { status: 200, body: JSON.stringify(world.alerts) }
  if (url.pathname === '/page') {
    world.pages.push(JSON.parse(await bodyOf(request)) as Page)
    return { status: 204, body: '' }
  }
  return { status: world.up.has(url.pathname.slice(1)) ? 200 : 503, body: '' }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}

/** The answer of Prometheus to an instant query with so many series. */
export function vector(values: string[], more: object = {}): string {
  const result = values.map((value, i) => ({ metric: { n: String(i) }, value: [1_700_000_000.1, value] }))
  return JSON.stringify({ status: 'success', data: { resultType: 'vector', result }, ...more })
}

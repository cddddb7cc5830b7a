/**
 * The keeper's door, on loopback: `GET /services`, `GET /services/NAME`, `POST /services/NAME/restart|stop|start`.
 * Every reply to an order shows the new state. `etag` names one moment of a service's life, and an order with `if-match`
 * is done only in that moment (else 412): a repeat has its effect once. What a browser sends from another page is refused.
 */
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type KeptService, MomentPassed, type Order } from './supervise.ts'

type Reply = { status: number; body: unknown; etag?: string }

const problem = (status: number, title: string): Reply => ({ status, body: { title, status } })

/** Resolves with the server and its address once it listens; port 0 picks a free one. */
export async function serveKeeper(
  services: KeptService[],
  port = 0,
): Promise<{ server: Server; url: string }> {
  const server = createServer(async (request, response) => {
    const { status, body, etag } = await answer(services, request).catch((error: Error) =>
      problem(500, error.message),
    )
    if (etag !== undefined) response.setHeader('etag', etag)
    response.writeHead(status, {
      'content-type': status < 400 ? 'application/json' : 'application/problem+json',
    })
    response.end(`${JSON.stringify(body)}\n`)
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

async function answer(services: KeptService[], request: IncomingMessage): Promise<Reply> {
  const host = request.headers.host?.replace(/:\d+$/, '')
  if (request.headers.origin !== undefined || (host !== '127.0.0.1' && host !== 'localhost')) {
    return problem(403, 'only programs on this machine may ask the keeper')
  }
  const [, root, name, order, rest] = (request.url ?? '').split('?')[0]?.split('/') ?? []
  if (root !== 'services' || rest !== undefined) return problem(404, 'no such path, there is only /services')
  if (name === undefined) return list(services, request.method)
  const service = services.find(({ spec }) => spec.name === name)
  if (!service) return problem(404, `no service "${name}"`)
  if (order === undefined) return { ...read(request.method, () => service.view()), etag: service.etag() }
  if (order !== 'restart' && order !== 'stop' && order !== 'start') return problem(404, `no order "${order}"`)
  if (request.method !== 'POST') return problem(405, `an order is a POST, not a ${request.method}`)
  return await obey(service, order, request.headers['if-match'])
}

async function obey(service: KeptService, order: Order, etag: string | undefined): Promise<Reply> {
  try {
    const body = await service.order(order, etag)
    return { status: 200, body, etag: service.etag() }
  } catch (error) {
    if (error instanceof MomentPassed) return problem(412, error.message)
    throw error
  }
}

const list = (services: KeptService[], method: string | undefined): Reply =>
  read(method, () => ({ services: services.map((service) => service.view()) }))

function read(method: string | undefined, body: () => unknown): Reply {
  return method === 'GET' ? { status: 200, body: body() } : problem(405, `read with GET, not with ${method}`)
}

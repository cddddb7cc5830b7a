/** A target that costs next to nothing: many failed services behind the keeper's own HTTP, in this process. */
import { createServer, type Server } from 'node:http'

type Service = {
  name: string
  url: string
  state: 'failed' | 'running'
  pid: number
  restarts: number
  since: string
}

export type BenchKeeper = { url: string; close(): void }

export async function startKeeper(names: readonly string[]): Promise<BenchKeeper> {
  const services = new Map<string, Service>(
    names.map((name, i) => [
      name,
      {
        name,
        url: `http://127.0.0.1/${name}`,
        state: 'failed',
        pid: 1000 + i,
        restarts: 0,
        since: new Date().toISOString(),
      },
    ]),
  )
  const server = createServer((request, reply) => {
    const [, , name, order] = (request.url ?? '').split('/')
    const service = services.get(decodeURIComponent(name ?? ''))
    if (request.method === 'POST' && order === 'restart' && service !== undefined) {
      service.state = 'running'
      service.pid += 100_000
      service.restarts += 1
    }
    const answer =
      name === undefined || service === undefined ? { services: [...services.values()] } : service
    reply.writeHead(200, {
      'content-type': 'application/json',
      ...(service === undefined ? {} : { etag: `"${service.pid}/${service.restarts}"` }),
    })
    reply.end(JSON.stringify(answer))
  })
  return { url: await listen(server), close: () => server.close() }
}

function listen(server: Server): Promise<string> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      resolve(`http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`)
    })
  })
}

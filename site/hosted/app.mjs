// The hosted app of the sample site. GET /healthz: 200 or 503; GET /work: 200 "NAME VERSION" or 500; GET /metrics:
// Prometheus text with app_healthy; POST /sicken and /heal switch its health. HOST, PORT, NAME, VERSION from the environment.
import { createServer } from 'node:http'

const host = process.env.HOST ?? '127.0.0.1'
const port = Number(process.env.PORT ?? 8080)
const name = process.env.NAME ?? 'app'
const version = process.env.VERSION ?? 'v1'
const startedAt = Date.now()
let healthy = process.env.BROKEN !== '1'
const requests = { 200: 0, 500: 0 }

const metrics = () => `# TYPE app_healthy gauge
app_healthy ${healthy ? 1 : 0}
# TYPE app_requests_total counter
app_requests_total{code="200"} ${requests[200]}
app_requests_total{code="500"} ${requests[500]}
# TYPE app_uptime_seconds gauge
app_uptime_seconds ${(Date.now() - startedAt) / 1000}
# TYPE app_info gauge
app_info{name="${name}",version="${version}"} 1
`

function answer(method, path) {
  if (method === 'POST' && (path === '/sicken' || path === '/heal')) {
    healthy = path === '/heal'
    return [200, healthy ? 'ok\n' : 'sick\n']
  }
  if (method !== 'GET') return [405, 'method not allowed\n']
  if (path === '/healthz') return healthy ? [200, 'ok\n'] : [503, 'sick\n']
  if (path === '/metrics') return [200, metrics()]
  if (path !== '/work') return [404, 'not found\n']
  requests[healthy ? 200 : 500]++
  return healthy ? [200, `${name} ${version}\n`] : [500, 'error\n']
}

const server = createServer((request, response) => {
  const [status, body] = answer(request.method, new URL(request.url, 'http://app').pathname)
  response.writeHead(status, {
    'content-type': 'text/plain; version=0.0.4',
    'x-host': name,
    'x-version': version,
  })
  response.end(body)
})
server.listen(port, host, () => console.log(`${name} ${version} on ${host}:${port} pid ${process.pid}`))
process.on('SIGTERM', () => {
  server.close(() => process.exit(0))
  setTimeout(() => process.exit(0), 2000).unref()
})

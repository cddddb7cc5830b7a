/** A listener on loopback that takes connections and datagrams and never answers: the worst kind of target. */
import { createSocket } from 'node:dgram'
import { createServer, type Socket } from 'node:net'

export type Silent = { port: number; close(): Promise<void> }

export async function listenSilently(): Promise<Silent> {
  const open = new Set<Socket>()
  const tcp = createServer((socket) => {
    open.add(socket)
    socket.on('error', () => {})
  })
  await new Promise<void>((done) => tcp.listen(0, '127.0.0.1', done))
  const address = tcp.address()
  const port = typeof address === 'object' && address ? address.port : 0
  const udp = createSocket('udp4')
  await new Promise<void>((done, fail) => udp.once('error', fail).bind(port, '127.0.0.1', done))
  return {
    port,
    async close() {
      for (const socket of open) socket.destroy()
      await new Promise<void>((done) => udp.close(() => done()))
      await new Promise<void>((done) => tcp.close(() => done()))
    },
  }
}

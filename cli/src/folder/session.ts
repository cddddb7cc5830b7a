/** What a command needs to talk with the server: the client, the pin, and a way to send a write once. */
import { randomUUID } from 'node:crypto'
import { type Client, type Connection, connect } from '@countersign/client/client'
import type { Digest } from '@countersign/core/kernel/digest'
import type { Given } from '../command.ts'
import { readCliConfig, readToken } from './layout.ts'

export type Session = { client: Client; connection: Connection; pin: Digest }

export function openSession(given: Given): Session {
  const config = readCliConfig(given.dir)
  const url = (given.text('url') ?? config.url).replace(/\/+$/, '')
  const connection = { url, token: readToken(given.text('token-file') ?? config.tokenFile) }
  return { client: connect(connection), connection, pin: config.site }
}

/** A key of its own for every write: sent again after a lost answer it has its effect once. */
export function once(): { idempotencyKey: string } {
  return { idempotencyKey: randomUUID() }
}

/** What every handler works with, put together once in main.ts. */
import type { Catalogue } from '@countersign/core/catalogue/catalogue'
import type { Digest } from '@countersign/core/kernel/digest'
import type { Instant } from '@countersign/core/kernel/instant'
import type { MachineSigner } from '@countersign/crypto/machine-key'
import type pg from 'pg'
import type { Logger } from 'pino'
import type { Bus } from './bus.ts'
import type { Source } from './evidence/source.ts'
import type { LogWatch } from './log/status.ts'
import type { Channel } from './notify/channel.ts'
import type { Published } from './publication/published.ts'
import type { TrustHolder } from './trust/holder.ts'

export type Context = {
  pool: pg.Pool
  now: () => Instant
  site: Digest
  name: string
  version: string
  catalogue: Catalogue
  trust: TrustHolder
  published: Published
  sources: ReadonlyMap<string, Source>
  grantKey: { id: string; signer: MachineSigner }
  log: LogWatch
  bus: Bus
  channels: readonly Channel[]
  /** Who is on call for a role, by id; empty where people.yaml does not say. */
  onCall: (role: string) => readonly string[]
  /** When the control plane calls itself ill, in milliseconds. */
  limits: { logBehind: number; runnerSilent: number }
  logger: Logger
}

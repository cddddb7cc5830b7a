/** The composition root: the only place that knows everything. Starts the control plane, and stops it gracefully. */
import { readFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { readMachineKey } from '@countersign/crypto/machine-key'
import { readServerConfig, type ServerConfig } from '@countersign/language/config/server'
import { problemText } from '@countersign/language/reading/problem'
import { fromBase64 } from '@countersign/trail/bytes'
import type pg from 'pg'
import pino from 'pino'
import { createBus, listen } from './bus.ts'
import { readCatalogues } from './catalogue/read.ts'
import type { Context } from './context.ts'
import { startPostgres } from './database/launcher.ts'
import { migrate } from './database/migrate.ts'
import { openPool } from './database/pool.ts'
import { createSources } from './evidence/create.ts'
import { createApp } from './http/app.ts'
import { handlers } from './http/handlers.ts'
import { openTokens } from './http/tokens.ts'
import { startDuties } from './jobs/duties.ts'
import { installQueue, startWorker } from './jobs/queue.ts'
import { tasks } from './jobs/tasks.ts'
import { startSequencer } from './log/sequencer.ts'
import { webhook } from './notify/channel.ts'
import { readOnCall } from './notify/on-call.ts'
import { openPublications } from './publication/handle.ts'
import { createPublished } from './publication/published.ts'
import { openTrust } from './trust/holder.ts'
import { recordTrust } from './trust/site-stream.ts'

export type StartOptions = { dir: string; version: string; logLevel?: string }
export type Running = { url: string; notices: string[]; stop(): Promise<void> }

type Cleanup = (() => Promise<unknown>)[]

/** Throws, with what is wrong, where the folder is not one that works; whatever had started is stopped again. */
export async function startServer(options: StartOptions): Promise<Running> {
  const cleanup: Cleanup = []
  const stop = async () => {
    for (const step of cleanup.splice(0).reverse()) await step().catch(() => undefined)
  }
  try {
    return { ...(await start(options, cleanup)), stop }
  } catch (error) {
    await stop()
    throw error
  }
}

async function start(options: StartOptions, cleanup: Cleanup): Promise<Omit<Running, 'stop'>> {
  const dir = resolve(options.dir)
  const config = await readConfig(join(dir, 'countersign.yaml'))
  const logger = pino({ level: options.logLevel ?? 'info', base: null }, pino.destination(2))
  const log = { info: (text: string) => logger.info(text), warn: (text: string) => logger.warn(text) }
  const pool = await openDatabase(config, log, cleanup)
  const { context, notices } = await compose(config, pool, logger, options.version, cleanup)
  const worker = await startWorker({ pool, tasks: tasks(context), log })
  cleanup.push(() => worker.stop())
  const duties = startDuties(context, config)
  cleanup.push(() => duties.stop())
  const app = createApp(context, handlers, openTokens(join(dir, 'tokens.yaml')))
  cleanup.push(() => app.close())
  const url = await app.listen({ host: config.listen.host, port: config.listen.port })
  return { url, notices }
}

async function readConfig(file: string): Promise<ServerConfig> {
  const read = readServerConfig(file, await readFile(file, 'utf8'))
  if ('value' in read) return read.value
  throw new Error(`${file} does not check:\n${read.problems.map(problemText).join('\n')}`)
}

type Log = { info(text: string): void; warn(text: string): void }

/** `DATABASE_URL` has precedence; without either setting the embedded PostgreSQL starts in the data folder. */
async function openDatabase(config: ServerConfig, log: Log, cleanup: Cleanup): Promise<pg.Pool> {
  const own = process.env['DATABASE_URL'] ?? ('url' in config.database ? config.database.url : null)
  let url = own
  if (url === null && 'dataDir' in config.database) {
    const postgres = await startPostgres({ dataDir: config.database.dataDir, log })
    cleanup.push(() => postgres.stop())
    url = postgres.url
  }
  const pool = openPool(url ?? '')
  cleanup.push(() => pool.end())
  await migrate(pool)
  await installQueue(pool)
  return pool
}

async function compose(
  config: ServerConfig,
  pool: pg.Pool,
  logger: pino.Logger,
  version: string,
  cleanup: Cleanup,
): Promise<{ context: Context; notices: string[] }> {
  const now = () => Date.now()
  const trust = await openTrust(config.trust.folder, null, now())
  const bus = createBus()
  const listener = listen(pool, bus)
  cleanup.push(() => listener.stop())
  const logSigner = readMachineKey(config.keys.log)
  const sequencer = startSequencer({
    pool,
    site: config.log.name,
    key: { publicKey: fromBase64(logSigner.publicKey) as Uint8Array, sign: logSigner.signBytes },
    headFile: join(dirname(config.keys.log), 'published-head'),
    publish: () => bus.wake('entry', 'any'),
    clock: now,
    log: logger,
  })
  cleanup.push(() => sequencer.stop())
  const grantSigner = readMachineKey(config.keys.grant)
  const context: Context = {
    pool,
    now,
    site: trust.current().site,
    name: config.log.name,
    version,
    catalogue: await readCatalogues(config.catalogue),
    trust,
    published: createPublished(),
    sources: createSources(config.sources),
    grantKey: { id: grantKeyId(trust.current().body.grantKeys, grantSigner.publicKey), signer: grantSigner },
    log: sequencer,
    bus,
    onCall: await readOnCall(config.people),
    limits: config.health,
    channels: await Promise.all(
      config.channels.map(async ({ id, url, secretFile }) =>
        webhook(id, url, (await readFile(secretFile, 'utf8')).trim()),
      ),
    ),
    logger,
  }
  await recordTrust(context)
  const leftOut = await openPublications(context, config)
  return { context, notices: leftOut.map(({ file, because }) => `${file} is not in force: ${because}`) }
}

function grantKeyId(known: readonly { id: string; key: string }[], publicKey: string): string {
  const found = known.find(({ key }) => key === publicKey)
  if (found === undefined)
    throw new Error('the grant key of this server is not in the trust chain: no runner would believe it')
  return found.id
}

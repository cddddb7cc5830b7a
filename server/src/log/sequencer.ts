/**
 * The sequencer: every replica runs one, one of them leads (advisory lock, and an epoch checked in every commit).
 * It publishes a head only after its commit, first to the head file, then to whoever listens; and it publishes
 * nothing at all while the database contradicts what was published before.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type pg from 'pg'
import { ADVISORY } from '../database/advisory-locks.ts'
import type { Log } from '../database/launcher.ts'
import { openSession } from '../database/pool.ts'
import { type Head, type PublishedHead, readHeadFile, writeHeadFile } from './head.ts'
import { lagClock, sequencerLag } from './lag.ts'
import { BATCH, type Lead, LeadLost, type LogKey, loadTree, number, oldestWaiting } from './number.ts'
import { findRewind, newestCheckpoint, readState } from './rewind.ts'
import type { LogStatus, LogWatch, Rewind } from './status.ts'

export type SequencerOptions = {
  pool: pg.Pool
  /** Name of the log; the origin is `<site>/log/<incarnation>`. */
  site: string
  key: LogKey
  /** Newest head published from here; on a disk of its own if the database shares this one's fate. */
  headFile: string
  /** Called after the commit and after the head file is on disk. An error is logged and costs nothing. */
  publish?: (head: PublishedHead) => void | Promise<void>
  everyMs?: number
  /** Integer milliseconds since 1970. */
  clock: () => number
  log: Log
}

export type Sequencer = LogWatch & {
  /** Look for entries now instead of at the next tick. */
  wake(): void
  stop(): Promise<void>
}

const STAND_BY_MS = 250

export function startSequencer(options: SequencerOptions): Sequencer {
  const lag = lagClock()
  const self: Replica = {
    options,
    lag,
    status: { state: 'away', says: 'the log was not looked at yet' },
    stopping: new AbortController(),
    wake: new AbortController(),
  }
  const done = run(self)
  return {
    status: () => self.status,
    behindMs: lag.behindMs,
    wake: () => self.wake.abort(),
    async stop() {
      self.stopping.abort()
      self.wake.abort()
      await done
    },
  }
}

type Replica = {
  options: SequencerOptions
  lag: ReturnType<typeof lagClock>
  status: LogStatus
  stopping: AbortController
  wake: AbortController
}

async function run(self: Replica): Promise<void> {
  const { pool, log } = self.options
  while (!self.stopping.signal.aborted) {
    let session: pg.Client | undefined
    try {
      session = await openSession(pool)
      while (!self.stopping.signal.aborted) await takePart(self, session)
    } catch (error) {
      const says = (error as Error).message
      if (self.status.state !== 'away' && !(error instanceof LeadLost)) log.warn(`the log waits: ${says}`)
      self.status = { state: 'away', says }
      await pause(self, STAND_BY_MS)
    } finally {
      await session?.end().catch(() => {})
    }
  }
}

/** One look at the log: complain, lead, or stand by. */
async function takePart(self: Replica, session: pg.Client): Promise<void> {
  const { headFile, log, clock } = self.options
  const state = await readState(session)
  const published = await readHeadFile(headFile)
  const rewind = published === null ? null : await findRewind(session, published, state)
  if (rewind !== null) await tellAll(session, rewind, state.incarnation)
  const found = rewind ?? state.rewound
  if (found !== null) {
    if (self.status.state !== 'rewound') log.warn(`the log is not published: ${found.says}`)
    self.status = { state: 'rewound', ...found }
    self.lag.saw(await sequencerLag(session, clock()))
    return pause(self, STAND_BY_MS)
  }
  const { rows } = await session.query<{ mine: boolean }>('select pg_try_advisory_lock($1, $2) as mine', [
    ADVISORY.sequencer.class,
    ADVISORY.sequencer.id,
  ])
  if (rows[0]?.mine) return lead(self, session)
  await follow(self, session, state.incarnation, published)
}

/**
 * Marks the rewind in the database, so that every replica sees it; the highest published head counts.
 * People may have begun a new incarnation since we looked (`seen`): then what we found is already answered for.
 */
async function tellAll(session: pg.Client, rewind: Rewind, seen: number): Promise<void> {
  const { incarnation, size } = rewind.published
  await session.query(
    `update log_state set rewound = $1 where incarnation = $4 and (rewound is null or
      ((rewound->'published'->>'incarnation')::int, (rewound->'published'->>'size')::bigint) < ($2::int, $3::bigint))`,
    [JSON.stringify(rewind), incarnation, size, seen],
  )
}

/** Remembers what the leader published, so that this replica could tell a rewind as well. */
async function follow(
  self: Replica,
  session: pg.Client,
  incarnation: number,
  mine: Head | null,
): Promise<void> {
  const newest = await newestCheckpoint(session, incarnation)
  const isNew = newest !== null && (mine?.size !== newest.size || mine.incarnation !== newest.incarnation)
  // Only the leader publishes: between this look and a word of ours it may have gone on.
  if (isNew) await writeHeadFile(self.options.headFile, newest.note)
  self.status = { state: 'following', head: newest === null ? null : bare(newest) }
  self.lag.saw(await sequencerLag(session, self.options.clock()))
  await pause(self, STAND_BY_MS)
}

async function lead(self: Replica, session: pg.Client): Promise<void> {
  const { clock, everyMs = 50 } = self.options
  const { rows } = await session.query<{ epoch: number; incarnation: number }>(
    'update log_state set epoch = epoch + 1 where rewound is null returning epoch, incarnation',
  )
  if (rows[0] === undefined) throw new LeadLost('the log is marked as rewound')
  // What the log publishes must survive the database's own crash, whatever its default.
  await session.query('set synchronous_commit to on')
  const { epoch, incarnation } = rows[0]
  const { newest, range, behind } = await loadTree(session, incarnation)
  const mine: Lead = { incarnation, epoch, range }
  if (newest !== null) await announce(self, newest)
  self.status = { state: 'leading', epoch, head: newest === null ? null : bare(newest) }
  let force = behind
  while (!self.stopping.signal.aborted) {
    const oldest = await oldestWaiting(session, mine)
    self.lag.saw(oldest === null ? 0 : Math.max(0, clock() - oldest))
    const before = mine.range.size
    if (oldest !== null || force) {
      const head = await number(session, mine, self.options, clock())
      force = false
      await announce(self, head)
      self.status = { state: 'leading', epoch, head: bare(head) }
    }
    if (mine.range.size - before < BATCH) await pause(self, everyMs)
  }
}

async function announce(self: Replica, head: PublishedHead): Promise<void> {
  const { headFile, publish, log } = self.options
  await writeHeadFile(headFile, head.note)
  try {
    await publish?.({ ...bare(head), note: head.note })
  } catch (error) {
    log.warn(`failed to hand on the head of the log: ${(error as Error).message}`)
  }
}

function bare({ incarnation, size, root }: Head): Head {
  return { incarnation, size, root }
}

async function pause(self: Replica, ms: number): Promise<void> {
  if (self.stopping.signal.aborted) return
  await sleep(ms, undefined, { signal: self.wake.signal }).catch(() => {})
  self.wake = new AbortController()
}

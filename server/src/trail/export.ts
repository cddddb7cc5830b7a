/**
 * Writes an export: everything, or the streams of one incident with inclusion proofs. It holds entries, payloads,
 * checkpoints and nothing to be trusted: whoever verifies it brings keys and genesis from elsewhere.
 */
import { nodeCrypto } from '@countersign/crypto/node'
import { base64 } from '@countersign/trail/bytes'
import { createExportWriter, type ExportWriter, type PrivateLine } from '@countersign/trail/export'
import { ProofTree } from '@countersign/trail/proof'
import type { FastifyReply } from 'fastify'
import type pg from 'pg'
import type { Context } from '../context.ts'
import { Refusal } from '../http/refusal.ts'
import { incidentStream } from '../incident/stream.ts'
import { proposalStream } from '../proposal/stream.ts'

type Row = {
  idx: number
  entry: string
  state: string
  has_private: boolean
  salt: Uint8Array | null
  body: string | null
}
type Note = { incarnation: number; size: number; note: string }

const BATCH = 1_000

/** The reply streams in batches; what is not under a checkpoint yet is left for the next export. */
export async function streamExport(
  context: Context,
  incident: string | null,
  reply: FastifyReply,
): Promise<undefined> {
  const newest = await newestNote(context.pool)
  if (newest === null) throw Refusal.conflict('nothing is under a checkpoint yet: export again in a second')
  const streams = incident === null ? null : await streamsOf(context.pool, incident)
  const lines = streams === null ? full(context, newest) : partial(context, newest, streams)
  reply.hijack()
  reply.raw.writeHead(200, { 'content-type': 'application/x-ndjson', 'cache-control': 'no-store' })
  try {
    for await (const line of lines) {
      // A client that leaves ends the generator too: nothing is held in memory for nobody.
      if (reply.raw.destroyed) break
      if (!reply.raw.write(line)) await drained(reply)
    }
    reply.raw.end()
  } catch (error) {
    context.logger.error({ err: error }, 'an export broke off')
    reply.raw.destroy()
  }
  return undefined
}

function drained(reply: FastifyReply): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      reply.raw.off('drain', done)
      reply.raw.off('close', done)
      resolve()
    }
    reply.raw.once('drain', done)
    reply.raw.once('close', done)
  })
}

async function streamsOf(pool: pg.Pool, incident: string): Promise<string[]> {
  const { rows } = await pool.query<{ id: string }>('select id from proposal where incident = $1', [incident])
  const { rowCount } = await pool.query('select from stream where id = $1', [incidentStream(incident)])
  if (rowCount === 0) throw Refusal.notFound(`no incident ${incident}`)
  const wanted = ['log', 'site', incidentStream(incident), ...rows.map(({ id }) => proposalStream(id))]
  const found = await pool.query<{ id: string }>('select id from stream where id = any($1)', [wanted])
  return found.rows.map(({ id }) => id).sort()
}

async function newestNote(pool: pg.Pool): Promise<Note | null> {
  const { rows } = await pool.query<Note>(
    'select incarnation, size, note from checkpoint order by incarnation desc, size desc limit 1',
  )
  return rows[0] ?? null
}

async function* full(context: Context, newest: Note): AsyncGenerator<string> {
  const writer = createExportWriter(nodeCrypto)
  yield await head(context, writer, newest, null)
  for (let from = 0; from < newest.size; from += BATCH) {
    const to = Math.min(from + BATCH, newest.size)
    const notes = await notesBetween(context.pool, from, to)
    for (const row of await leaves(context.pool, from, to)) {
      yield leafLine(writer, row)
      for (const { note } of notes.filter(({ size }) => size === row.idx + 1)) yield writer.checkpoint(note)
    }
  }
  yield writer.end()
}

async function* partial(context: Context, newest: Note, streams: string[]): AsyncGenerator<string> {
  const writer = createExportWriter(nodeCrypto)
  yield await head(context, writer, newest, streams)
  yield writer.checkpoint(newest.note)
  const tree = await treeOf(context.pool, newest.size)
  const { rows } = await context.pool.query<Row>(
    `${LEAVES} where e.stream = any($1) and l.idx < $2 order by l.idx`,
    [streams, newest.size],
  )
  for (const row of rows) yield leafLine(writer, row, tree.inclusion(row.idx, newest.size))
  yield writer.end()
}

async function head(
  context: Context,
  writer: ExportWriter,
  newest: Note,
  streams: string[] | null,
): Promise<string> {
  const { rows } = await context.pool.query<{ incarnation: number }>(
    'select distinct incarnation from checkpoint order by incarnation',
  )
  const incarnations = rows.map(({ incarnation }) => incarnation)
  return writer.header({
    kind: streams === null ? 'full' : 'partial',
    origin: `${context.name}/log`,
    incarnations: streams === null ? incarnations : [newest.incarnation],
    from: 0,
    to: newest.size,
    streams,
    madeAt: context.now(),
  })
}

const LEAVES = `select l.idx, e.entry, e.state, (e.entry::jsonb->>'private') is not null as has_private, p.salt, p.body
  from leaf l join event e on e.gid = l.gid left join private p on p.stream = e.stream and p.seq = e.seq`

async function leaves(pool: pg.Pool, from: number, to: number): Promise<Row[]> {
  const { rows } = await pool.query<Row>(`${LEAVES} where l.idx >= $1 and l.idx < $2 order by l.idx`, [
    from,
    to,
  ])
  return rows
}

async function notesBetween(pool: pg.Pool, from: number, to: number): Promise<Note[]> {
  const { rows } = await pool.query<Note>(
    'select incarnation, size, note from checkpoint where size > $1 and size <= $2 order by size, incarnation',
    [from, to],
  )
  return rows
}

async function treeOf(pool: pg.Pool, size: number): Promise<ProofTree> {
  const tree = new ProofTree(nodeCrypto)
  for (let from = 0; from < size; from += 50_000) {
    const { rows } = await pool.query<{ leaf_hash: Uint8Array }>(
      'select leaf_hash from leaf where idx >= $1 and idx < $2 order by idx',
      [from, Math.min(from + 50_000, size)],
    )
    for (const { leaf_hash } of rows) tree.append(leaf_hash)
  }
  return tree
}

function leafLine(writer: ExportWriter, row: Row, proof?: Uint8Array[]): string {
  const { idx, entry, state } = row
  return writer.leaf({
    leaf: idx,
    entry,
    state,
    private: privateLine(row),
    ...(proof === undefined ? {} : { proof }),
  })
}

function privateLine({ has_private, salt, body }: Row): PrivateLine {
  if (!has_private) return null
  return salt === null || body === null ? { erased: true } : { salt: base64(salt), text: body }
}

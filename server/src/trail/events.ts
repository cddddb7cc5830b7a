/** Live views: one server-sent event per entry, in the order of the log. A client that comes back asks from its last id. */
import type { FastifyReply } from 'fastify'
import type { Context } from '../context.ts'
import { incidentStream } from '../incident/stream.ts'

const HEARTBEAT_MS = 15_000
type Row = { gid: number; stream: string; seq: number; type: string; at: number }

export async function streamEntries(
  context: Context,
  incident: string | null,
  reply: FastifyReply,
  signal: AbortSignal,
): Promise<undefined> {
  const last = lastSeen(reply) ?? (await newest(context))
  reply.hijack()
  reply.raw.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
  try {
    await follow(context, incident, last, reply, signal)
  } catch (error) {
    // The client comes back from its last id; what it holds open must not look alive meanwhile.
    context.logger.warn({ err: error }, 'a live view ended')
  } finally {
    reply.raw.end()
  }
  return undefined
}

/** The id that a client which lost its connection saw last. */
function lastSeen({ request }: FastifyReply): number | null {
  const id = request.headers['last-event-id']
  return typeof id === 'string' && /^\d{1,15}$/.test(id) ? Number(id) : null
}

async function follow(
  context: Context,
  incident: string | null,
  from: number,
  reply: FastifyReply,
  signal: AbortSignal,
): Promise<void> {
  let last = from
  let quiet = 0
  while (!signal.aborted && !reply.raw.destroyed) {
    const rows = await after(context, last, incident)
    for (const row of rows) {
      reply.raw.write(`id: ${row.gid}\nevent: entry\ndata: ${JSON.stringify(row)}\n\n`)
      last = row.gid
    }
    quiet = rows.length > 0 ? 0 : quiet + 500
    if (quiet >= HEARTBEAT_MS) {
      reply.raw.write(': still here\n\n')
      quiet = 0
    }
    await context.bus.wait('entry', 'any', 500, signal)
  }
}

/** Numbered leaves only: their order is final, so none is skipped because it committed late. */
async function newest(context: Context): Promise<number> {
  const { rows } = await context.pool.query<{ idx: number }>('select coalesce(max(idx), -1) as idx from leaf')
  return Number(rows[0]?.idx ?? -1)
}

async function after(context: Context, last: number, incident: string | null): Promise<Row[]> {
  const { rows } = await context.pool.query<Row>({
    name: 'entries-after',
    text: `select l.idx as gid, e.stream, e.seq, e.type, e.at from leaf l join event e on e.gid = l.gid
      where l.idx > $1 and ($2::text is null or e.stream = $2
        or e.stream in (select 'proposal/' || id from proposal where 'incident/' || incident = $2))
      order by l.idx limit 500`,
    values: [last, incident === null ? null : incidentStream(incident)],
  })
  return rows
}

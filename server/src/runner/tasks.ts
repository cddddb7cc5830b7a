/** Work for runners: written with the entry that causes it, handed out until its report has arrived. */
import type { Task } from '@countersign/core/runner/protocol'
import type pg from 'pg'
import { notify } from '../bus.ts'
import type { Context } from '../context.ts'

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** A task that was handed out and not answered is handed out again after this time. */
const AGAIN_AFTER = 1_500

export async function handOut(
  tx: pg.ClientBase,
  context: Context,
  runner: string,
  proposal: string | null,
  task: Task,
): Promise<void> {
  await tx.query(
    'insert into task (id, runner, kind, proposal, body, created_at) values ($1,$2,$3,$4,$5,$6)',
    [task.id, runner, task.type, proposal, JSON.stringify(task), context.now()],
  )
  await notify(tx, 'task', runner)
}

/** A process that has just started knows of nothing: `upMs` says how long it runs, and all from before is its again. */
export async function takeTasks(context: Context, runner: string, upMs: number): Promise<Task[]> {
  const now = context.now()
  const { rows } = await context.pool.query<{ body: Task }>({
    name: 'take-tasks',
    text: `update task set handed_at = $2 where id in (
        select id from task where runner = $1 and done_at is null and (handed_at is null or handed_at < $3)
        order by array_position(array['stop', 'undo', 'settled', 'trust', 'execute', 'plan'], kind), created_at
        limit 20 for update skip locked)
      returning body, created_at`,
    values: [runner, now, now - Math.min(AGAIN_AFTER, upMs)],
  })
  return rows.map(({ body }) => body)
}

export type OpenTask = { id: string; kind: string; proposal: string | null; done_at: number | null }

export async function readTask(tx: pg.ClientBase, id: string, runner: string): Promise<OpenTask | null> {
  if (!UUID.test(id)) return null
  const { rows } = await tx.query<OpenTask>(
    'select id, kind, proposal, done_at from task where id = $1 and runner = $2',
    [id, runner],
  )
  return rows[0] ?? null
}

export async function endTask(tx: pg.ClientBase, id: string, now: number): Promise<void> {
  await tx.query('update task set done_at = $2 where id = $1 and done_at is null', [id, now])
}

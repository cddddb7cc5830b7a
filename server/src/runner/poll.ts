/** A runner's long poll: what is there now, or what comes within the time it is willing to wait. */
import type { RunnerHello, ServerWord, Task } from '@countersign/core/runner/protocol'
import { RUNNER_PROTOCOL } from '@countersign/core/runner/protocol'
import type { Context } from '../context.ts'
import { Refusal } from '../http/refusal.ts'
import { uuid } from '../uuid.ts'
import { writeSeen } from './store.ts'
import { takeTasks } from './tasks.ts'
import { wordFor } from './word.ts'

export async function pollTasks(
  context: Context,
  hello: RunnerHello,
  waitMs: number,
  signal: AbortSignal,
): Promise<{ tasks: Task[]; word: ServerWord }> {
  if (hello.protocol !== RUNNER_PROTOCOL)
    throw new Refusal('BAD_REQUEST', `expected runner protocol ${RUNNER_PROTOCOL}, got ${hello.protocol}`)
  await writeSeen(context.pool, hello, context.now())
  const news = newTrust(context, hello)
  const began = performance.now()
  const deadline = began + waitMs
  for (;;) {
    const left = deadline - performance.now()
    const woken = context.bus.wait('task', hello.runner, Math.min(Math.max(left, 0), 2_000), signal)
    const tasks = [
      ...news,
      ...(await takeTasks(context, hello.runner, Math.floor(hello.upMs + performance.now() - began))),
    ]
    const word = await wordFor(context, hello.runner)
    if (tasks.length > 0 || word.stop.length > 0 || left <= 0 || signal.aborted) return { tasks, word }
    await woken
  }
}

/** A runner that holds an older chain gets the whole chain, which it verifies itself. */
function newTrust(context: Context, hello: RunnerHello): Task[] {
  const { version } = context.trust.current().body
  if (hello.trustVersion >= version) return []
  return [{ type: 'trust', id: uuid(context.now()), chain: [...context.trust.chain()] }]
}

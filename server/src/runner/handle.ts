/**
 * Takes a runner's receipts in their count: each is checked against the runner's key in the trust chain, recorded, and
 * acknowledged only when that is committed. A gap or a wrong signature stops the line, and says where.
 */
import type { Json } from '@countersign/core/kernel/json'
import type { Receipt, Report } from '@countersign/core/runner/protocol'
import { runnerKey } from '@countersign/core/trust/lookup'
import { digestOf } from '@countersign/crypto/digest-of'
import { verifyMachine } from '@countersign/crypto/machine-key'
import type pg from 'pg'
import type { Context } from '../context.ts'
import { DatabaseAway, inTransaction } from '../database/transaction.ts'
import { freeReserved } from '../grant/store.ts'
import { Refusal } from '../http/refusal.ts'
import { goOnSafely } from '../proposal/advance.ts'
import { appendProposal, loadProposal } from '../proposal/stream.ts'
import { isAboutOther, toFact } from './report.ts'
import { lockRunner, writeCount } from './store.ts'
import { endTask, readTask } from './tasks.ts'

/** Receipts in one commit. */
const AT_ONCE = 16

/** Answers with the count up to which all is recorded. */
export async function takeReceipts(
  context: Context,
  runner: string,
  receipts: readonly Receipt[],
): Promise<number> {
  const sorted = [...receipts].sort((a, b) => a.count - b.count)
  const other = sorted.find((receipt) => receipt.runner !== runner)
  if (other !== undefined)
    throw new Refusal('FORBIDDEN', `the token is "${runner}"'s, the receipt "${other.runner}"'s`)
  let accepted = 0
  for (let from = 0; from < sorted.length; from += AT_ONCE) {
    const batch = sorted.slice(from, from + AT_ONCE)
    accepted = await takeTogether(context, runner, batch)
    if (accepted < (batch.at(-1)?.count ?? 0)) break
  }
  return accepted
}

/** In one commit; where one of them is wrong, one by one, so that those before it are kept. */
async function takeTogether(context: Context, runner: string, batch: readonly Receipt[]): Promise<number> {
  try {
    return await inTransaction(context.pool, (tx) => takeAll(tx, context, runner, batch))
  } catch (error) {
    if (batch.length === 1 || error instanceof DatabaseAway) throw error
  }
  let accepted = 0
  for (const receipt of batch) {
    accepted = await inTransaction(context.pool, (tx) => takeAll(tx, context, runner, [receipt]))
    if (accepted < receipt.count) break
  }
  return accepted
}

/** Known counts are passed over; a gap ends the line. */
async function takeAll(
  tx: pg.PoolClient,
  context: Context,
  runner: string,
  batch: readonly Receipt[],
): Promise<number> {
  const known = await lockRunner(tx, runner)
  let { receipt_count: count, receipt_prev: prev } = known
  for (const receipt of batch) {
    if (receipt.count <= count) continue
    if (receipt.count !== count + 1 || receipt.prev !== prev) break
    checkSignature(context, receipt)
    await apply(tx, context, runner, receipt.report)
    const { signature: _, ...signed } = receipt
    count = receipt.count
    prev = digestOf('countersign/receipt/v1', signed as unknown as Json)
  }
  if (count > known.receipt_count && prev !== null) await writeCount(tx, runner, count, prev)
  return count
}

function checkSignature(context: Context, receipt: Receipt): void {
  const { signature, ...signed } = receipt
  const key = runnerKey(context.trust.current().body, receipt.runner, context.now())
  if (key === null)
    throw new Refusal('FORBIDDEN', `runner "${receipt.runner}" has no valid key in the trust chain`)
  if (!verifyMachine('countersign/receipt/v1', signed as unknown as Json, key.key, signature))
    throw new Refusal('FORBIDDEN', `receipt ${receipt.count} of "${receipt.runner}" is not signed by its key`)
}

async function apply(tx: pg.PoolClient, context: Context, runner: string, report: Report): Promise<void> {
  const task = await readTask(tx, report.task, runner)
  if (task === null) {
    context.logger.warn(
      { runner, task: report.task, type: report.type },
      'a report on a task that is not known here',
    )
    return
  }
  if (isLast(report)) await endTask(tx, task.id, context.now())
  if (task.proposal === null) return
  const loaded = await loadProposal(tx, task.proposal)
  if (isAboutOther(loaded.state, report)) {
    context.logger.warn(
      { runner, task: task.id, type: report.type },
      'a report on another grant than the last one',
    )
    return
  }
  if (loaded.state.phase === 'closed' && isSeen(report)) await freeReserved(tx, task.proposal)
  const fact = toFact(context, loaded, report)
  if (fact === null) return
  const appended = await appendProposal(tx, context, loaded, [{ event: fact, by: runner }])
  await goOnSafely(tx, context, appended)
}

/** The word that comes after we had given it up: the effect is known now, and the target is free again. */
function isSeen(report: Report): boolean {
  if (report.type === 'finished') return report.result !== 'unknown'
  return report.type === 'not-started' || (report.type === 'undone' && report.complete)
}

/** After these nothing more comes on the task. */
function isLast(report: Report): boolean {
  return report.type !== 'started' && report.type !== 'step'
}

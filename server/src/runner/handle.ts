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
import { inTransaction } from '../database/transaction.ts'
import { Refusal } from '../http/refusal.ts'
import { appendProposal, loadProposal } from '../proposal/stream.ts'
import { toFact } from './report.ts'
import { lockRunner, writeCount } from './store.ts'
import { endTask, readTask } from './tasks.ts'

/** Answers with the count up to which all is recorded. */
export async function takeReceipts(
  context: Context,
  runner: string,
  receipts: readonly Receipt[],
): Promise<number> {
  let accepted = 0
  for (const receipt of [...receipts].sort((a, b) => a.count - b.count)) {
    if (receipt.runner !== runner)
      throw new Refusal('FORBIDDEN', `the token is "${runner}"'s, the receipt "${receipt.runner}"'s`)
    accepted = await inTransaction(context.pool, (tx) => takeOne(tx, context, receipt))
    if (accepted < receipt.count) break
  }
  return accepted
}

async function takeOne(tx: pg.PoolClient, context: Context, receipt: Receipt): Promise<number> {
  const known = await lockRunner(tx, receipt.runner)
  const { count, prev, report, runner } = receipt
  if (count <= known.receipt_count) return known.receipt_count
  if (count !== known.receipt_count + 1 || prev !== known.receipt_prev) return known.receipt_count
  checkSignature(context, receipt)
  await apply(tx, context, runner, report)
  const { signature: _, ...signed } = receipt
  await writeCount(tx, runner, count, digestOf('countersign/receipt/v1', signed as unknown as Json))
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
  const fact = toFact(context, loaded.state, report)
  if (fact !== null) await appendProposal(tx, context, loaded, [{ event: fact, by: runner }])
}

/** After these nothing more comes on the task. */
function isLast(report: Report): boolean {
  return report.type !== 'started' && report.type !== 'step'
}

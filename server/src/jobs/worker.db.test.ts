/** The whole loop with nothing left out: worker, reconciler, sources, and a runner that answers, in real time. */
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { quiet } from '../database/testing.ts'
import { alert, incidentOf, stateOf } from '../testing/play.ts'
import { type TestSite, testSite } from '../testing/site.ts'
import { createTestRunner } from '../testing/test-runner.ts'
import { startWorker } from './queue.ts'
import { startReconciler } from './reconcile.ts'
import { taskOf, tasks } from './tasks.ts'

let site: TestSite
beforeAll(async () => {
  site = await testSite()
})
afterAll(() => site.stop())

test('the real worker, with what it forgot brought back by the reconciler, takes an alert to its end', async () => {
  const target = `${site.service()}-a`
  const runner = createTestRunner(site)
  const { pool, now } = site.context
  const worker = await startWorker({ pool, tasks: tasks(site.context), log: quiet })
  const reconciler = startReconciler({ pool, taskOf, clock: now, log: quiet, everyMs: 200 })
  try {
    const startsAt = now()
    const [receipt] = await alert(site, [{ host: target, startsAt }])
    const id = receipt?.incident ?? ''
    // A lost hint is no lost work.
    await pool.query('delete from graphile_worker._private_jobs where locked_at is null')
    for (let i = 0; i < 150; i++) {
      const tasks = await runner.work()
      if (tasks.some(({ type }) => type === 'execute')) site.monitor.up.add(target)
      const [proposal] = (await incidentOf(site, id)).proposals
      if (proposal?.outcome !== undefined && proposal.outcome !== null) break
      await sleep(50)
    }
    expect(await stateOf(site, (await incidentOf(site, id)).proposals[0]?.id ?? '')).toMatchObject({
      outcome: 'resolved',
    })
    await alert(site, [{ host: target, startsAt, status: 'resolved' }])
    for (let i = 0; i < 60 && (await incidentOf(site, id)).status !== 'resolved'; i++) await sleep(50)
    expect((await incidentOf(site, id)).status).toBe('resolved')
  } finally {
    await reconciler.stop()
    await worker.stop()
  }
})

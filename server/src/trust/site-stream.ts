/** The stream of the site itself: trust versions, publications, holds. */
import type { Json } from '@countersign/core/kernel/json'
import type { TrustVersion } from '@countersign/core/trust/chain'
import { digestOf } from '@countersign/crypto/digest-of'
import type pg from 'pg'
import type { Context } from '../context.ts'
import { ADVISORY } from '../database/advisory-locks.ts'
import { inTransaction } from '../database/transaction.ts'
import type { NewEvent } from '../record/append.ts'
import { record } from '../record/record.ts'

const STREAM = 'site'

/** Site events are rare: the head is locked, so appends wait for each other instead of failing. */
export async function appendSite(
  tx: pg.PoolClient,
  context: Pick<Context, 'now'>,
  event: NewEvent,
): Promise<void> {
  await tx.query('select pg_advisory_xact_lock($1, $2)', [ADVISORY.site.class, ADVISORY.site.id])
  const { rows } = await tx.query<{ seq: number }>('select seq from stream where id = $1', [STREAM])
  await record(
    tx,
    [{ stream: STREAM, kind: 'site', expected: rows[0]?.seq ?? 0, events: [event], dueAt: null }],
    context.now,
  )
}

/** Every version of the chain is an entry, so that an export carries the trust it rests on. */
export async function recordTrust(context: Context): Promise<void> {
  for (const version of context.trust.chain()) {
    const digest = digestOf('countersign/trust/v1', version.body as unknown as Json)
    await inTransaction(context.pool, async (tx) => {
      const { rowCount } = await tx.query(
        `insert into trust_version (version, digest, body, acts) values ($1,$2,$3,$4) on conflict do nothing`,
        [version.body.version, digest, JSON.stringify(version.body), JSON.stringify(version.acts)],
      )
      if (rowCount === 0) return refuseOther(tx, version, digest)
      await appendSite(tx, context, {
        type: 'trust-recorded',
        actor: { kind: 'control-plane', id: 'countersign' },
        state: { body: version.body, acts: version.acts } as unknown as Json,
      })
    })
  }
}

/** A folder that holds another chain than the record is another site, or a forgery. */
async function refuseOther(tx: pg.PoolClient, version: TrustVersion, digest: string): Promise<void> {
  const { rows } = await tx.query<{ digest: string }>('select digest from trust_version where version = $1', [
    version.body.version,
  ])
  if (rows[0]?.digest !== digest) {
    throw new Error(
      `trust/${version.body.version} in the record is ${rows[0]?.digest}, the folder holds ${digest}`,
    )
  }
}

/** A change that was done and confirmed is reversed by a person within its right to undo. */
import { openSeat } from '@countersign/site/seat'
import type { RealSite } from '@countersign/site/site'
import type { Stage } from '../stage/stage.ts'
import { demand, until } from '../stage/until.ts'
import { by, type Tell } from './interrupts-acts.ts'
import { proposeCutover, sign, untilPhase } from './risky.ts'

const NAME = 'www.shop.test'

export async function reversed(stage: Stage, site: RealSite, say: Tell): Promise<void> {
  const [old] = await served(site)
  const wished = ['10.78.0.12', '10.78.0.13']
  demand(old !== wished.join(), 'the record set is what the story wants to change it to')
  const proposal = await proposeCutover(stage, wished)
  await untilPhase(stage, proposal, 'asking')
  await sign(stage, proposal, 'sre-1', 'sre')
  await sign(stage, proposal, 'governance-1', 'governance')
  const done = await untilPhase(stage, proposal, 'closed')
  demand(done.outcome === 'resolved', `the change ended as "${done.outcome}": ${done.because}`)
  demand(isAll(await served(site), wished.join()), 'the name servers do not serve the new set')
  await stage.ask('reverse', proposal, '--reason', 'the new set is too slow', ...by(stage))
  const back = await until('the change is undone', async () => {
    const shown = await stage.ask('plan', 'show', proposal)
    return shown.phase === 'closed' ? shown : null
  })
  demand(back.outcome === 'undone', `the reverse ended as "${back.outcome}": ${back.because}`)
  const now = await served(site)
  demand(isAll(now, old ?? ''), `expected ${old} on all name servers, got ${now.join(' and ')}`)
  say(`reversed by one person after it was done: ${NAME} is ${old} again on ${now.length} name servers`)
}

function isAll(answers: readonly string[], expected: string): boolean {
  return answers.every((one) => one === expected)
}

/** What each name server answers, sorted, as one text. */
async function served(site: RealSite): Promise<string[]> {
  const seat = openSeat(site.namespace)
  try {
    const servers = [site.dns.primary, ...site.dns.secondaries]
    return await Promise.all(
      servers.map(async ({ address }) =>
        ((await seat.resolve(address, NAME, 'A')) as string[]).sort().join(),
      ),
    )
  } finally {
    seat.close()
  }
}

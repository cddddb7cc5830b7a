/** The app on web1 is killed into failure: metrics and probe agree, it is restarted without asking, health is confirmed. */
import { failUnit } from '@countersign/site/fault'
import { demand, until } from '../stage/until.ts'
import type { Story } from './story.ts'

export const routine: Story = {
  name: 'routine',
  title: 'a failed unit is restarted without asking, and its health is confirmed',
  needs: 'any',
  async play(stage, say) {
    const before = await stage.ask('incident', 'list')
    const known = new Set(before.items.map((row: { id: string }) => row.id))
    const from = performance.now()
    const broken = await failUnit(stage.site, 'web1')
    say(`the app on web1 was killed ${broken.kills} times: ${broken.unit} is ${broken.state}`)
    const incident = await until('an incident that resolves itself', async () => {
      const { items } = await stage.ask('incident', 'list')
      const row = items.find(
        (one: { id: string; service: string }) => !known.has(one.id) && one.service === 'web',
      )
      return row?.status === 'resolved' ? row : null
    })
    const seconds = ((performance.now() - from) / 1000).toFixed(1)
    const shown = await stage.ask('incident', 'show', incident.id)
    const [proposal] = shown.proposals
    demand(
      proposal?.outcome === 'resolved',
      `expected a resolved repair, got ${JSON.stringify(shown.proposals)}`,
    )
    const plan = await stage.ask('plan', 'show', proposal.id)
    demand(plan.decision === 'auto', `expected the decision "auto", got "${plan.decision}"`)
    say(`from fault to confirmed recovery: ${seconds} s`)
    say(shown.explanation)
  },
}

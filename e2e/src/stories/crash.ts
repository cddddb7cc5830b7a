/** Server, runner and database are killed in each phase of a repair: it goes on, loses nothing, and acts once. */

import { DIAGONAL, FULL, NARROW } from '../crash/phases.ts'
import { onOwnStage } from '../crash/stage.ts'
import { playTable } from '../crash/table.ts'
import type { Story } from './story.ts'

export const crash: Story = {
  name: 'crash',
  title: 'in every phase of a repair one program is killed: it goes on, loses nothing, and acts once',
  needs: 'any',
  play: (_stage, say) => onOwnStage(say, (stage) => playTable(stage, DIAGONAL, say)),
}

export const crashFull: Story = {
  name: 'crash-full',
  title: 'the whole crash table: each program killed in each phase',
  needs: 'any',
  onlyByName: true,
  play: (_stage, say) => onOwnStage(say, (stage) => playTable(stage, FULL, say)),
}

export const crashReal: Story = {
  name: 'crash-real',
  title: 'the rows next to the act itself, with starts counted by systemd',
  needs: 'real',
  onlyByName: true,
  play: (_stage, say) => onOwnStage(say, (stage) => playTable(stage, NARROW, say), 'real'),
}

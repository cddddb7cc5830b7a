/** Kills a program of a stage from outside, without warning, and brings it back as a supervisor would. */
import type { Stage } from '../stage/stage.ts'
import type { VictimId } from './phases.ts'
import { postmasterOf } from './record.ts'

/** Resolves when it is gone and, where nobody else does that, has been started again. */
export async function strike(stage: Stage, victim: VictimId): Promise<void> {
  switch (victim) {
    case 'server':
      await stage.server.stop('SIGKILL')
      return stage.startServer(false)
    case 'runner':
      await stage.runner.stop('SIGKILL')
      return stage.startRunner()
    case 'postgres':
      // Countersign keeps its own database up: nobody else has to bring it back.
      process.kill(postmasterOf(stage).pid, 'SIGKILL')
  }
}

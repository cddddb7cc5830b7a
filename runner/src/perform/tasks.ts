/** Hands each task to those who do it. A task that is at work or was answered is not done again. */
import { never } from '@countersign/core/kernel/never'
import type { Task } from '@countersign/core/runner/protocol'
import type { Execution } from '../journal/state.ts'
import { planOnRequest } from '../plan/plan-task.ts'
import { type AtWork, createAtWork } from './at-work.ts'
import { carryOut } from './carry-out.ts'
import { accept, settle, takeRunbook, takeTrust } from './small-tasks.ts'
import { takeGrant } from './take-grant.ts'
import { finishUndo, undoOnRequest, watchRight } from './undo-right.ts'
import { isUnseen } from './uses.ts'
import type { Workshop } from './workshop.ts'

export type Tasks = {
  take(task: Task): void
  /** Goes on with what a crash or stop left open. */
  resume(): void
  /** Uses or ends undo rights whose time has come. */
  watchRights(): void
  /** Resolves when nothing is at work. */
  idle(): Promise<void>
}

export function createTasks(shop: Workshop, failed: (fault: Error) => void): Tasks {
  const { state } = shop.journal
  const atWork = createAtWork(shop.log, failed)
  return {
    take(task) {
      if (!state.answered.has(task.id)) void atWork.begin(task.id, () => perform(task, atWork, shop))
    },
    resume() {
      for (const run of state.executions.values()) {
        const { undo, result } = run
        if (result === null) void carry(run, atWork, shop)
        else if (undo !== null && undo.complete === null)
          void atWork.begin(run.grant.grant.id, () => finishUndo(run, shop))
      }
    },
    watchRights() {
      for (const run of state.executions.values()) {
        const { id } = run.grant.grant
        if (run.result !== null && (!run.settled || isUnseen(run)) && !atWork.has(id))
          void atWork.begin(id, () => watchRight(run, shop))
      }
    },
    idle: atWork.idle,
  }
}

function carry(run: Execution, atWork: AtWork, shop: Workshop): Promise<void> {
  return atWork.begin(run.grant.grant.id, () => carryOut(run, shop))
}

async function perform(task: Task, atWork: AtWork, shop: Workshop): Promise<void> {
  switch (task.type) {
    case 'plan':
      return planOnRequest(task, shop)
    case 'execute': {
      const run = await takeGrant(task, shop)
      return run === null ? undefined : carry(run, atWork, shop)
    }
    case 'undo':
      shop.voice.stop(task.grant, 'reverse')
      await atWork.ended(task.grant)
      return atWork.begin(task.grant, () => undoOnRequest(task, shop))
    case 'stop':
      shop.voice.stop(task.grant, 'abort')
      return accept(task, shop)
    case 'settled':
      return settle(task, shop)
    case 'trust':
      return takeTrust(task, shop)
    case 'runbook':
      return takeRunbook(task, shop)
    default:
      return never(task)
  }
}

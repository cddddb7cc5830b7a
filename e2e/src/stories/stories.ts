/** All stories, in the order they are played on one stage: the gentle ones first. */
import { approvals } from './approvals.ts'
import { badInput } from './bad-input.ts'
import { crash, crashFull, crashReal } from './crash.ts'
import { interrupts } from './interrupts.ts'
import { outage } from './outage.ts'
import { proof } from './proof.ts'
import { restore } from './restore.ts'
import { risky } from './risky.ts'
import { routine } from './routine.ts'
import type { Story } from './story.ts'
import { wrong } from './wrong.ts'

export const STORIES: readonly Story[] = [
  routine,
  risky,
  wrong,
  badInput,
  approvals,
  interrupts,
  proof,
  restore,
  outage,
  crash,
  crashFull,
  crashReal,
]

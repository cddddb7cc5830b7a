/** Observes and drafts each step. A step that follows an own earlier one on the same thing is planned on its result. */

import type { DigestOf } from '@countersign/core/kernel/digest'
import type { Json, JsonObject } from '@countersign/core/kernel/json'
import type { PlannedStep } from '@countersign/core/plan/plan'
import type { RunnerConfig } from '@countersign/core/runner/config'
import type { Refused } from '@countersign/core/runner/protocol'
import type { Observation, StepDraft } from '@countersign/drivers/driver'
import { refusal, refusalOf } from '../refusal.ts'
import { type Drivers, type Hand, handFor, observe } from '../target.ts'
import { type Serving, servingOf } from './serving.ts'

export type DraftedStep = {
  planned: PlannedStep
  hand: Hand
  seen: Observation
  draft: StepDraft
  serving: Serving
}

/** A step of the runbook with its parameters filled in. */
export type FilledStep = { id: string; uses: string; target: string; with: JsonObject }

export type DraftContext = {
  config: RunnerConfig
  drivers: Drivers
  digestOf: DigestOf
  observeMs: number
}

export async function draftSteps(
  steps: readonly FilledStep[],
  context: DraftContext,
): Promise<{ steps: DraftedStep[] } | { refused: Refused }> {
  const drafted: DraftedStep[] = []
  const hands: { step: FilledStep; hand: Hand }[] = []
  for (const step of steps) {
    const found = handFor(step, context.config.targets, context.drivers)
    if ('refused' in found) return { refused: refusal(found.refused.code, found.refused.says) }
    hands.push({ step, hand: found.hand })
  }
  const predicted = new Map<string, Json>()
  for (const { step, hand } of hands) {
    try {
      drafted.push(await draftOne(step, hand, predicted, context))
    } catch (error) {
      return { refused: refusalOf(error) }
    }
  }
  return { steps: drafted }
}

async function draftOne(
  step: FilledStep,
  hand: Hand,
  predicted: Map<string, Json>,
  context: DraftContext,
): Promise<DraftedStep> {
  const { digestOf, config, observeMs } = context
  const observed = await observe(hand, observeMs)
  // The same footprint at the same target is the same thing: an earlier step of this plan will have changed it.
  const thing = `${hand.target.id} ${digestOf('countersign/footprint/v1', observed.footprint)}`
  const seen = { ...observed, footprint: predicted.get(thing) ?? observed.footprint }
  const draft = hand.driver.draft(hand.step, seen)
  predicted.set(thing, draft.predicted)
  const serving = await servingOf(hand, seen, draft, config.targets, observeMs)
  const planned: PlannedStep = {
    ...step,
    diff: draft.diff,
    stateVersion: digestOf('countersign/footprint/v1', seen.footprint),
    predicted: digestOf('countersign/footprint/v1', draft.predicted),
    undo: draft.undo,
  }
  return { planned, hand, seen, draft, serving }
}

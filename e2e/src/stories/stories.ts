/** All stories, in the order they are played on one stage: the gentle ones first. */
import { proof } from './proof.ts'
import { risky } from './risky.ts'
import { routine } from './routine.ts'
import type { Story } from './story.ts'
import { wrong } from './wrong.ts'

export const STORIES: readonly Story[] = [routine, risky, wrong, proof]

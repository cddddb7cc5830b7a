/**
 * Explains an incident after the fact, from its entries alone: one paragraph that says what triggered it, what the
 * evidence was, why it was allowed and by whom, what was done and whether it helped. No fact that is not in them.
 */
import type { Instant } from '../kernel/instant.ts'
import { sayDecision, sayEvidence, sayPlan, sayProposed } from './explain-decision.ts'
import { sayPeopleCalled, sayTrigger, sayUnresolved } from './explain-incident.ts'
import { sayPeople } from './explain-people.ts'
import { sayExecution, sayHealth, sayOutcome, sayUndo } from './explain-run.ts'
import type { Told } from './look.ts'
import { sayActor, says } from './says.ts'

export type Explanation = { paragraph: string; lines: { at: Instant; actor: string; says: string }[] }

/**
 * `entries` in the order of the log, of one incident with its proposals or of one proposal. Proposals that ran side
 * by side are kept apart where the entries name their `stream`; without it they must not interleave.
 */
export function explain(entries: readonly Told[]): Explanation {
  const lines = entries.map((entry) => ({
    at: entry.at,
    actor: sayActor(entry.actor),
    says: says(entry),
  }))
  const { incident, lives } = apart(entries)
  const first = entries[0]?.at ?? 0
  const sentences = [
    ...sayTrigger(incident),
    ...lives.flatMap((life) => sayLife(life, first)),
    ...sayPeopleCalled(incident),
    ...sayUnresolved(incident, lives.length > 0, first),
  ]
  return { paragraph: sentences.join(' ') || 'Nothing is recorded of it.', lines }
}

function sayLife(life: readonly Told[], first: Instant): string[] {
  return [
    ...sayProposed(life, first),
    ...sayEvidence(life),
    ...sayPlan(life),
    ...sayDecision(life),
    ...sayPeople(life),
    ...sayExecution(life),
    ...sayHealth(life),
    ...sayUndo(life),
    ...sayOutcome(life, first),
  ]
}

/** What belongs to the incident itself, and the life of each proposal in the order in which they were made. */
function apart(entries: readonly Told[]): { incident: Told[]; lives: Told[][] } {
  const incident: Told[] = []
  const lives: Told[][] = []
  const byStream = new Map<string, Told[]>()
  let latest: Told[] | null = null
  for (const entry of entries) {
    if (entry.type === 'proposed') {
      latest = [entry]
      lives.push(latest)
      if (entry.stream !== undefined) byStream.set(entry.stream, latest)
      continue
    }
    const life = entry.stream === undefined ? latest : (byStream.get(entry.stream) ?? null)
    if (life === null || OF_INCIDENT.has(entry.type)) incident.push(entry)
    else life.push(entry)
  }
  return { incident, lives }
}

const OF_INCIDENT = new Set([
  'incident-opened',
  'signal-accepted',
  'signal-ended',
  'signal-set-aside',
  'incident-routed',
  'proposal-linked',
  'proposal-ended',
  'escalated',
  'cause-asked',
  'cause-recorded',
  'incident-taken',
  'incident-resolved',
])

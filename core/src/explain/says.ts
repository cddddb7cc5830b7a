/** One sentence for every entry that was ever recorded, for timelines. What came from outside stands in quotes. */

import type { Told } from './look.ts'
import { quote } from './quote.ts'
import { INCIDENT_SENTENCES } from './says-incident.ts'
import { PROPOSAL_SENTENCES } from './says-proposal.ts'
import { SITE_SENTENCES } from './says-site.ts'

const SENTENCES: Readonly<Record<string, (state: Told['state']) => string>> = {
  ...INCIDENT_SENTENCES,
  ...PROPOSAL_SENTENCES,
  ...SITE_SENTENCES,
}

/**
 * Never throws: a type that this version does not know, from a newer one, gets an honest general sentence; a part that
 * is missing is shown as "?".
 */
export function says({ type, actor, state }: Told): string {
  const sentence = Object.hasOwn(SENTENCES, type) ? SENTENCES[type] : undefined
  if (sentence !== undefined) return sentence(state)
  return `${sayActor(actor)} recorded ${quote(type)}, for which this version knows no sentence.`
}

/** `detector "alertmanager"`: the kind in words, the id as it was written. */
export function sayActor({ kind, id }: Told['actor']): string {
  return `${KINDS[kind] ?? quote(kind)} ${quote(id)}`
}

const KINDS: Readonly<Record<string, string>> = Object.assign(Object.create(null), {
  detector: 'detector',
  'evidence-reader': 'evidence reader',
  proposer: 'proposer',
  'policy-engine': 'policy engine',
  approver: 'approver',
  executor: 'executor',
  verifier: 'verifier',
  person: 'person',
  agent: 'agent',
  'control-plane': 'control plane',
})

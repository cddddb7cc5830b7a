/** Who still has to sign. Each person fills one place, in the role they signed in. */
import { type ApproverRule, GOVERNANCE_ROLE } from '../policy/policy.ts'

/** A checked act: who, and in which role. */
export type Vote = { person: string; role: string }

/**
 * `people`: at least so many different people; `roles` are places that must be filled, the largest count of each role
 * counts. `authors`: who alone published the runbook: one author never signs alone for their own text.
 */
export type Requirement = { people: number; roles: readonly ApproverRule[]; authors: readonly string[] }

export type Missing = {
  roles: ApproverRule[]
  /** Further people of any role. */
  people: number
  /** Only the author signed so far. */
  notAuthor: boolean
}

export type SignedOutcome = 'confirm' | 'authorize'

/** What an outcome always asks for, whatever the policy adds. */
export function requirementOf(
  outcome: SignedOutcome,
  extra: readonly ApproverRule[],
  authors: readonly string[],
  onePerson: boolean,
): Requirement {
  if (onePerson) return { people: 1, roles: [], authors: [] }
  if (outcome === 'confirm') return { people: 1, roles: extra, authors }
  return { people: 2, roles: [...extra, { role: GOVERNANCE_ROLE, count: 1 }], authors }
}

/** What is still missing; null when it is enough. */
export function missing(required: Requirement, votes: readonly Vote[]): Missing | null {
  const byPerson = new Map(votes.map((vote) => [vote.person, vote.role]))
  const needed = new Map<string, number>()
  for (const { role, count } of required.roles) needed.set(role, Math.max(count, needed.get(role) ?? 0))
  const roles: ApproverRule[] = []
  for (const [role, count] of needed) {
    const filled = [...byPerson.values()].filter((signedAs) => signedAs === role).length
    if (filled < count) roles.push({ role, count: count - filled })
  }
  const open = roles.reduce((sum, { count }) => sum + count, 0)
  const people = Math.max(0, required.people - byPerson.size - open)
  const notAuthor = byPerson.size > 0 && [...byPerson.keys()].every((one) => required.authors.includes(one))
  return roles.length === 0 && people === 0 && !notAuthor ? null : { roles, people, notAuthor }
}

/** One sentence for people. */
export function sayMissing({ roles, people, notAuthor }: Missing): string {
  const parts = roles.map(({ role, count }) => `${count} signature${count > 1 ? 's' : ''} as ${role}`)
  if (people > 0) parts.push(`${people} more ${people > 1 ? 'people' : 'person'}`)
  if (notAuthor) parts.push('someone who did not write the runbook')
  return `still missing: ${parts.join(', ')}`
}

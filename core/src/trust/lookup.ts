/** Questions to a verified chain: whose key is this, what may that person sign as, which machine keys hold now. */
import type { Instant } from '../kernel/instant.ts'
import type { MachineKey, PersonKey, TrustBody } from './chain.ts'

/** The person's key, if it is theirs and valid at that time. Comments behind the key do not matter. */
export function keyOf(body: TrustBody, person: string, key: string, at: Instant): PersonKey | null {
  const keys = body.people.find(({ id }) => id === person)?.keys ?? []
  return keys.find((candidate) => sameKey(candidate.key, key) && candidate.notAfter > at) ?? null
}

/** The roles a person may sign in; empty for someone the chain does not know. */
export function rolesOf(body: TrustBody, person: string): readonly string[] {
  return body.people.find(({ id }) => id === person)?.roles ?? []
}

/** The key of a runner at that time. */
export function runnerKey(body: TrustBody, runner: string, at: Instant): MachineKey | null {
  return body.runners.find(({ id, notAfter }) => id === runner && notAfter > at) ?? null
}

/** A grant key by its id at that time. */
export function grantKey(body: TrustBody, key: string, at: Instant): MachineKey | null {
  return body.grantKeys.find(({ id, notAfter }) => id === key && notAfter > at) ?? null
}

/** The same body without keys that were revoked locally: they hold for nobody, person or machine. */
export function withoutKeys(body: TrustBody, revoked: readonly string[]): TrustBody {
  if (revoked.length === 0) return body
  const stays = ({ key }: { key: string }): boolean => !revoked.some((gone) => sameKey(gone, key))
  return {
    ...body,
    people: body.people.map((person) => ({ ...person, keys: person.keys.filter(stays) })),
    runners: body.runners.filter(stays),
    grantKeys: body.grantKeys.filter(stays),
  }
}

/** Compares type and key of an OpenSSH line, or the text of a machine key. */
function sameKey(one: string, other: string): boolean {
  return bareKey(one) === bareKey(other)
}

/** Without the comment: what two lines of the same key have in common. */
export function bareKey(key: string): string {
  return key.trim().split(/\s+/).slice(0, 2).join(' ')
}

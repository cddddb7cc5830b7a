/** Who signs, and in which role: taken from the verified trust chain by the key, never guessed from a user name. */
import type { Trust } from '@countersign/core/trust/chain'
import { keyOf } from '@countersign/core/trust/lookup'
import { refused, usage } from '../exit.ts'
import type { Signer } from './sign-act.ts'
import type { SshKey } from './ssh-key.ts'

/** `wanted`: roles that are asked for, the first that the person holds is taken. */
export type Choice = { person: string | null; role: string | null; wanted: readonly string[] }

export function signerOf(trust: Trust, key: SshKey, choice: Choice, now: number): Signer {
  const { body } = trust
  const owners = body.people.filter(({ id }) => keyOf(body, id, key.line, now) !== null)
  const owner = owners.find(({ id }) => choice.person === null || id === choice.person)
  if (owner === undefined)
    throw refused(
      choice.person === null
        ? `the key "${key.file}" belongs to nobody in trust/${body.version}, or has expired`
        : `the key "${key.file}" is not a valid key of "${choice.person}" in trust/${body.version}`,
      `trust/${body.version} knows ${body.people.map(({ id }) => id).join(', ')}: see \`countersign trust show\``,
    )
  return { person: owner.id, role: roleOf(owner, choice), key }
}

function roleOf({ id, roles }: { id: string; roles: readonly string[] }, { role, wanted }: Choice): string {
  if (role !== null && !roles.includes(role))
    throw refused(`"${id}" does not hold the role "${role}"`, `roles of "${id}": ${roles.join(', ')}`)
  const fits = role ?? wanted.find((one) => roles.includes(one)) ?? roles[0]
  if (fits === undefined) throw refused(`"${id}" holds no role`, 'a person without a role signs nothing')
  return fits
}

/** The options of every command that signs. */
export const SIGNING_OPTIONS = {
  key: { value: 'FILE', says: 'your SSH key: private, or a .pub that your agent holds', required: true },
  person: { value: 'ID', says: 'who signs (default: whose key it is)' },
  role: { value: 'ROLE', says: 'in which role (default: the one asked for)' },
} as const

/** A reason is shown and recorded with the act: it says something. */
export function needReason(text: string): string {
  if (text.trim() === '')
    throw usage('the reason is empty', 'say in one sentence why, for those who read it later')
  return text
}

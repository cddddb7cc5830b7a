/** Reads `--person "ID=ROLE[,ROLE]:KEYFILE"`: the first people, who make the genesis together. */
import { usage } from '../exit.ts'
import { openKey, type SshKey } from '../signing/ssh-key.ts'

export type FirstPerson = { id: string; roles: string[]; key: SshKey }

/** At least one of the people of every quorum holds it. */
const GOVERNANCE = 'governance'
const FORM = 'write ID=ROLE[,ROLE]:KEYFILE, for example alice=governance,sre:~/.ssh/id_ed25519'

export function readPeople(specs: readonly string[]): FirstPerson[] {
  const people = specs.map(readPerson)
  for (const [index, { id, key }] of people.entries()) {
    if (people.findIndex((other) => other.id === id) < index)
      throw usage(`the person "${id}" is given twice`, FORM)
    if (people.findIndex((other) => other.key.line === key.line) < index)
      throw usage(`"${id}" has the same key as somebody else`, 'every person signs with a key of their own')
  }
  if (people.length > 0 && !people.some(({ roles }) => roles.includes(GOVERNANCE)))
    throw usage(
      `nobody holds the role "${GOVERNANCE}": nobody could ever sign what needs it`,
      `give it to one of ${people.map(({ id }) => id).join(', ')}`,
    )
  return people
}

function readPerson(spec: string): FirstPerson {
  const [, id = '', list = '', file = ''] = /^([^=]*)=([^:]*):(.+)$/.exec(spec) ?? []
  if (file === '') throw usage(`"${spec}" is not a person`, FORM)
  if (!/^[a-z0-9][a-z0-9._-]{0,63}$/.test(id))
    throw usage(`"${id}" is not an id of a person`, 'write small letters, digits, dots, dashes')
  const roles = [...new Set(list.split(','))]
  const wrong = roles.find((role) => !/^[a-z][a-z0-9-]{0,39}$/.test(role))
  if (wrong !== undefined) throw usage(`"${wrong}" is not a role`, 'write small letters, digits, dashes: sre')
  return { id, roles, key: openKey(file) }
}

/** Makes a token: shown or written once, kept as a hash only. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Command } from '../command.ts'
import { EXIT, failed, usage } from '../exit.ts'
import { duration, moment } from '../terminal/time.ts'
import { loadTokens, saveTokens } from './store.ts'
import { hashOf, newToken, SCOPES, SUBJECTS, type TokenRow } from './token-file.ts'

export const command: Command = {
  words: [],
  options: {
    scope: { value: 'SCOPE', says: `one of ${SCOPES.join(', ')}`, many: true, required: true },
    subject: { value: 'KIND:ID', says: `whose it is; KIND is ${SUBJECTS.join(', ')}`, required: true },
    for: { value: 'TIME', says: 'how long it holds (default 90d)' },
    id: { value: 'NAME', says: 'its name (default: the id of the subject)' },
    out: { value: 'FILE', says: 'where the token is written (default: secrets/NAME.token)' },
  },
  examples: ['countersign token add --scope read --scope propose --subject agent:helper --for 30d'],
  async run(given, terminal) {
    const subject = readSubject(given.need('subject'))
    const scopes = readScopes(given.list('scope'), subject.kind)
    const rows = loadTokens(given.dir)
    const id = given.text('id') ?? free(subject.id, rows)
    if (!/^[a-z0-9][a-z0-9._-]{0,63}$/.test(id))
      throw usage(`"${id}" is not a name`, 'small letters, digits, dots, dashes')
    if (rows.some((row) => row.id === id))
      throw failed(`there is a token "${id}" already`, 'choose another --id, or revoke it first')
    const file = given.text('out') ?? join(given.dir, 'secrets', `${id}.token`)
    if (existsSync(file))
      throw failed(`"${file}" exists already`, 'a token is never overwritten: name another file with --out')
    const token = newToken()
    const expiresAt = Date.now() + duration(given.text('for') ?? '90d')
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
    writeFileSync(file, `${token}\n`, { mode: 0o600, flag: 'wx' })
    saveTokens(given.dir, [...rows, { id, sha256: hashOf(token), scopes, subject, expiresAt }])
    terminal.show(
      `token "${id}" for ${subject.kind} "${subject.id}": ${scopes.join(', ')}, until ${moment(expiresAt)}`,
    )
    terminal.show(`written to ${file} (only you can read it)`)
    terminal.result({ id, scopes, subject, expiresAt, file })
    return EXIT.done
  },
}

function readSubject(text: string): TokenRow['subject'] {
  const [, kind = '', id = ''] = /^([a-z]+):([a-z0-9][a-z0-9._-]{0,63})$/.exec(text) ?? []
  const known = SUBJECTS.find((one) => one === kind)
  if (known === undefined)
    throw usage(`"${text}" is not a subject`, `write KIND:ID, KIND one of ${SUBJECTS.join(', ')}`)
  return { kind: known, id }
}

/** A machine never carries a person's acts: those are signed, and an agent has no way to send one. */
function readScopes(given: readonly string[], kind: string): TokenRow['scopes'] {
  const scopes = [...new Set(given.flatMap((text) => text.split(',')))]
  const known = SCOPES.filter((scope) => scopes.includes(scope))
  const wrong = scopes.find((scope) => !known.some((one) => one === scope))
  if (wrong !== undefined) throw usage(`"${wrong}" is not a scope`, `one of ${SCOPES.join(', ')}`)
  if (kind === 'agent' && scopes.some((scope) => scope === 'act' || scope === 'run'))
    throw usage('an agent may read and propose, nothing else', 'use --scope read, --scope propose')
  return known
}

function free(id: string, rows: readonly TokenRow[]): string {
  let name = id
  for (let count = 2; rows.some((row) => row.id === name); count++) name = `${id}-${count}`
  return name
}

/** Reads a DNS step strictly; throws `BadStep` for anything that must never reach dig or nsupdate. */
import { isIP } from 'node:net'
import type { JsonObject } from '@countersign/core/kernel/json'
import { BadStep, type DriverStep } from '../driver.ts'
import { integerIn, onlyKeys, type Section, textIn, textsIn } from '../settings.ts'
import { canonicalName, isInZone } from './name.ts'
import { isRecordType, RECORD_TYPES, type RecordType, wishedValue } from './record.ts'

export type NameServer = { address: string; port: number }
/** As dig writes it: `ADDRESS#PORT`. */
export const shown = (server: NameServer) => `${server.address}#${server.port}`

export type DnsAction = 'upsert' | 'delete'

export type DnsStep = {
  action: DnsAction
  zone: string
  primary: NameServer
  /** Every other authoritative server: a change is done when all of them serve it. */
  secondaries: NameServer[]
  /** As `tsig-keygen` writes it. Only its path is ever used here. */
  keyFile: string
  /** Names that no step may touch. */
  protect: string[]
  via: string[]
  name: string
  type: RecordType
  /** Seconds; null for `delete`, which keeps the set's own. */
  ttl: number | null
  records: string[]
}

const MAX_RECORDS = 100
const MAX_TTL = 604_800

export function readDnsStep(step: DriverStep): DnsStep {
  const settings: Section = {
    called: `setting of "${step.target.id}"`,
    holds: step.target.settings,
    quotable: false,
  }
  const wish: Section = { called: `parameter of dns.${step.action}`, holds: step.with, quotable: true }
  onlyKeys(settings, ['zone', 'primary', 'secondaries', 'tsigKeyFile', 'protect', 'via'])
  const action = step.action
  if (action !== 'upsert' && action !== 'delete')
    throw new BadStep(`dns has no action "${action}"`, 'use upsert or delete')
  onlyKeys(wish, action === 'upsert' ? ['name', 'type', 'ttl', 'records'] : ['name', 'type', 'records'])
  const zone = nameIn(settings, 'zone')
  const name = nameIn(wish, 'name')
  if (!isInZone(name, zone))
    throw new BadStep(`name "${name}" is outside of zone "${zone}"`, 'name the right target')
  const type = textIn(wish, 'type', /^[A-Z]+$/, `one of ${RECORD_TYPES.join(', ')}`)
  if (!isRecordType(type))
    throw new BadStep(`record type "${type}" is not handled`, `use ${RECORD_TYPES.join(', ')}`)
  return {
    action,
    zone,
    ...serversIn(settings),
    keyFile: textIn(settings, 'tsigKeyFile', /^\/[^\n]+$/, 'an absolute path'),
    protect: textsIn(settings, 'protect', []).map(
      (text) => canonicalName(text) ?? unreadable(settings, 'protect', text),
    ),
    via: textsIn(settings, 'via', []),
    name,
    type,
    ttl: action === 'upsert' ? integerIn(wish, 'ttl', 1, MAX_TTL) : null,
    records: recordsIn(wish, type),
  }
}

function recordsIn(wish: Section, type: RecordType): string[] {
  const texts = textsIn(wish, 'records')
  if (texts.length > MAX_RECORDS)
    throw new BadStep(`${texts.length} records are more than ${MAX_RECORDS}`, 'change fewer at once')
  return texts.map((text) => wishedValue(type, text) ?? unreadable(wish, 'records', `${type} ${text}`))
}

function serversIn(settings: Section): { primary: NameServer; secondaries: NameServer[] } {
  const { primary, secondaries } = settings.holds
  if (!isObject(primary))
    throw new BadStep(`${settings.called} "primary" is missing`, 'write {address, port}')
  if (!Array.isArray(secondaries))
    throw new BadStep(
      `${settings.called} "secondaries" is missing`,
      'write a list of {address, port}, [] for none',
    )
  return {
    primary: serverIn(primary),
    secondaries: secondaries.map((server) => serverIn(isObject(server) ? server : {})),
  }
}

function serverIn(holds: JsonObject): NameServer {
  const section = { called: 'setting of a name server', holds, quotable: false }
  const address = textIn(section, 'address', /^[0-9a-fA-F:.]+$/, 'an IP address')
  if (isIP(address) === 0)
    throw new BadStep(`"${address}" is not an IP address`, 'write the name server by address')
  return { address, port: integerIn(section, 'port', 1, 65_535, 53) }
}

function nameIn(section: Section, key: string): string {
  const text = textIn(section, key, /^[^\s]+$/, 'a domain name')
  return canonicalName(text) ?? unreadable(section, key, text)
}

function unreadable(section: Section, key: string, text: string): never {
  throw new BadStep(
    `${section.called} "${key}" cannot be read: "${text.slice(0, 80)}"`,
    'wildcards are not handled',
  )
}

const isObject = (json: unknown): json is JsonObject =>
  typeof json === 'object' && json !== null && !Array.isArray(json)

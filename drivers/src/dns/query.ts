/**
 * What one authoritative server serves, asked with `dig`: Node's own resolver follows aliases, hides the authority
 * bit and gives TTLs only for addresses. Anything but a whole, authoritative answer is a fault, never an empty set.
 */
import { DriverFault } from '../driver.ts'
import { runProgram } from '../program.ts'
import { type NameServer, shown } from './dns-step.ts'
import { canonicalName } from './name.ts'
import { canonicalValue, type RecordType } from './record.ts'
import { type RecordSet, recordSet } from './record-set.ts'

export type Question = { name: string; type: RecordType }
/** `alias`: the name holds a CNAME, so it can hold no other type. */
export type Served = { set: RecordSet; alias: string | null }

const TRY_SECONDS = 2
const TRIES = 2

/** Throws `DriverFault` where the server does not give a whole authoritative answer. */
export async function askServer(server: NameServer, question: Question, via: string[], signal: AbortSignal) {
  const args = [
    '-r',
    `@${server.address}`,
    '-p',
    String(server.port),
    '-q',
    question.name,
    '-t',
    question.type,
  ]
  const how = ['+norecurse', '+noall', '+comments', '+answer', `+time=${TRY_SECONDS}`, `+tries=${TRIES}`]
  const timeoutMs = (TRY_SECONDS * TRIES + 2) * 1000
  const answer = await runProgram('dig', [...args, ...how], { signal, timeoutMs, via })
  if (answer.code !== 0)
    throw new DriverFault(
      `name server ${shown(server)} gives no answer`,
      'check that it runs and can be reached',
    )
  return parseAnswer(answer.stdout, question, server)
}

/** Reads what dig printed: header, flags, and as many records as the header counted. Throws `DriverFault`. */
export function parseAnswer(text: string, question: Question, server: NameServer): Served {
  const [, status] = /status: ([A-Z]+)/.exec(text) ?? []
  const [, flags = '', answers] = /;; flags: ([a-z ]*);.* ANSWER: (\d+)/.exec(text) ?? []
  const nonsense = (what: string, hint: string) =>
    new DriverFault(`name server ${shown(server)} ${what} for ${question.name} ${question.type}`, hint)
  if (status !== 'NOERROR' && status !== 'NXDOMAIN')
    throw nonsense(`answers ${status ?? 'nothing readable'}`, 'check that it serves the zone')
  if (/\btc\b/.test(flags)) throw nonsense('gives a truncated answer', 'check that it answers over TCP')
  if (!/\baa\b/.test(flags))
    throw nonsense('is not authoritative', 'name the servers of the zone, not a resolver')
  const lines = text.split('\n').filter((line) => line.trim() !== '' && !line.startsWith(';'))
  if (lines.length !== Number(answers))
    throw nonsense(`gives ${lines.length} of ${answers} records`, 'look at it by hand')
  const records = lines.map((line) => /^(\S+)\s+(\d+)\s+IN\s+(\S+)\s+(.+)$/.exec(line) ?? [])
  if (records.some(([whole]) => whole === undefined))
    throw nonsense('gives an unreadable record', 'look at it by hand')
  const own = records.filter(([, name = '']) => canonicalName(name) === question.name)
  const ours = own.filter(([, , , type]) => type === question.type)
  const values = ours.map(([, , , , value = '']) => canonicalValue(question.type, value.trim()))
  const ttls = new Set(ours.map(([, , ttl]) => Number(ttl)))
  if (ttls.size > 1) throw nonsense('gives one set with several TTLs', 'repair the zone')
  if (values.some((value) => value === undefined))
    throw nonsense('gives an unreadable value', 'look at it by hand')
  const set = recordSet(question.name, question.type, [...ttls][0] ?? null, values as string[])
  return { set, alias: own.find(([, , , type]) => type === 'CNAME')?.[4]?.trim() ?? null }
}

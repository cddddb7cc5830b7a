/**
 * RFC 2136 updates through `nsupdate`: one message whose prerequisite is the exact set seen before, so that the server
 * itself does the compare-and-set. The TTL is no part of a prerequisite (RFC 2136 2.4.2): a TTL changed in between
 * goes unseen. nsupdate quotes its key file in errors, secret and all: none of its words are passed on. With a key it
 * cannot read it goes on unsigned: a server that takes updates without a key must not be managed here.
 */
import { DriverFault, TargetMoved } from '../driver.ts'
import { runProgram } from '../program.ts'
import { type DnsStep, shown } from './dns-step.ts'
import type { RecordSet } from './record-set.ts'

const TIMEOUT_SECONDS = 8

/** The commands for nsupdate that turn exactly `from` into `to`. */
export function updateScript(step: DnsStep, from: RecordSet, to: RecordSet): string {
  const { name, type } = step
  const expected = from.records.map((record) => `prereq yxrrset ${name} ${type} ${record}`)
  return [
    `server ${step.primary.address} ${step.primary.port}`,
    `zone ${step.zone}`,
    ...(expected.length > 0 ? expected : prerequisitesOfAbsent(step)),
    `update delete ${name} ${type}`,
    ...to.records.map((record) => `update add ${name} ${to.ttl} ${type} ${record}`),
    'send',
    '',
  ].join('\n')
}

/** A server ignores, without a word, records beside an alias (RFC 2136 3.4.2.2): demand that there is no conflict. */
function prerequisitesOfAbsent({ name, type }: DnsStep): string[] {
  if (type === 'CNAME') return [`prereq nxdomain ${name}`]
  return [`prereq nxrrset ${name} ${type}`, `prereq nxrrset ${name} CNAME`]
}

/** Throws `TargetMoved` where the prerequisite does not hold, `DriverFault` for everything else. */
export async function sendUpdate(
  step: DnsStep,
  from: RecordSet,
  to: RecordSet,
  signal: AbortSignal,
): Promise<void> {
  const args = ['-v', '-k', step.keyFile, '-t', String(TIMEOUT_SECONDS), '-u', '3', '-r', '0']
  const input = updateScript(step, from, to)
  const timeoutMs = (TIMEOUT_SECONDS + 2) * 1000
  const answer = await runProgram('nsupdate', args, { signal, timeoutMs, input, via: step.via })
  const fault = faultOf(answer.code, `${answer.stdout}\n${answer.stderr}`, step)
  if (fault) throw fault
}

const CODES: Record<string, { what: string; hint: string }> = {
  REFUSED: { what: 'refuses the update', hint: 'let the TSIG key update this name (update-policy)' },
  BADSIG: {
    what: 'does not accept the signature',
    hint: 'compare the TSIG secret in the key file with the server',
  },
  BADKEY: { what: 'does not know the TSIG key', hint: 'compare the name of the key with the server' },
  BADTIME: { what: 'finds the clocks too far apart', hint: 'set the clock of the runner or of the server' },
  NOTAUTH: { what: 'is not the primary of the zone', hint: 'check zone and primary in the settings' },
  NOTZONE: { what: 'says the name is outside of the zone', hint: 'check the zone in the settings' },
}
const MOVED = ['NXRRSET', 'YXRRSET', 'NXDOMAIN', 'YXDOMAIN']

/** What nsupdate's ending means; `undefined` when the server accepted the update. */
export function faultOf(code: number, said: string, step: DnsStep): DriverFault | undefined {
  const server = `name server ${shown(step.primary)}`
  const [, outer = '', inner] = /update failed: ([A-Z]+)(?:\(([A-Z]+)\))?/.exec(said) ?? []
  const answered = inner ?? outer
  if (MOVED.includes(answered))
    return new TargetMoved(`${step.name} ${step.type} is no longer as planned (${answered})`, 'plan again')
  if (/could not read key|unable to (open|load)|bad key|could not create key/i.test(said))
    return new DriverFault(
      `the TSIG key file "${step.keyFile}" cannot be read`,
      'write it with tsig-keygen, mode 0600',
    )
  if (code === 0 && answered === '') return undefined
  const known = CODES[answered]
  if (known) return new DriverFault(`${server} ${known.what}`, known.hint)
  if (answered !== '')
    return new DriverFault(`${server} answers ${answered} to the update`, 'look at its log')
  if (/syntax error|incorrect section|invalid/i.test(said))
    return new DriverFault(
      `nsupdate could not read the update of ${step.name}`,
      'report this: it was built here',
    )
  return new DriverFault(
    `${server} gave no answer to the update (exit ${code})`,
    'observe: it may have happened',
  )
}

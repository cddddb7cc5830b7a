/** What is seen of a unit: its definition as systemd holds it, and this moment of its life. */
import { createHash } from 'node:crypto'
import type { Json } from '@countersign/core/kernel/json'
import { DriverFault, type Observation } from '../driver.ts'
import { remoteCommand } from './quote.ts'

/** InvocationID is new with every start, so it tells whether a start happened; empty when systemd forgot the unit. */
export type UnitMark = {
  invocation: string
  active: string
  sub: string
  pid: string
  restarts: string
  since: string
}

const PROPERTIES = [
  'LoadState',
  'ActiveState',
  'SubState',
  'FragmentPath',
  'UnitFileState',
  'NeedDaemonReload',
  'InvocationID',
  'ActiveEnterTimestampMonotonic',
  'NRestarts',
  'Result',
  'MainPID',
]
const DEFINITION = '--- definition ---'
const END = '--- end ---'
const SCRIPT = [
  'export SYSTEMD_COLORS=0 SYSTEMD_PAGER= LC_ALL=C',
  `systemctl show --no-pager --property=${PROPERTIES.join(',')} -- "$1" || exit 3`,
  `echo "${DEFINITION}"`,
  'systemctl cat --no-pager -- "$1" 2>/dev/null',
  `echo "${END}"`,
].join('; ')

export const observeCommand = (unit: string): string => remoteCommand(SCRIPT, [unit])

/** Throws `DriverFault` for anything but a whole answer. The definition's text may hold secrets: only its digest stays. */
export function parseUnit(unit: string, text: string): Observation {
  const [shown = '', rest] = text.split(`${DEFINITION}\n`)
  if (rest === undefined || !rest.endsWith(`${END}\n`)) throw cutShort(unit)
  const entries = shown.split('\n').filter((line) => line.includes('='))
  const read = new Map(
    entries.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  )
  const of = (property: string): string => {
    const value = read.get(property)
    if (value === undefined) throw cutShort(unit)
    return value
  }
  const active = of('ActiveState')
  const definition = rest.slice(0, -`${END}\n`.length)
  const mark: UnitMark = {
    invocation: of('InvocationID'),
    active,
    sub: of('SubState'),
    pid: of('MainPID'),
    restarts: of('NRestarts'),
    since: of('ActiveEnterTimestampMonotonic'),
  }
  return {
    footprint: {
      unit,
      load: of('LoadState'),
      fragment: of('FragmentPath'),
      enabled: of('UnitFileState'),
      needsReload: of('NeedDaemonReload'),
      definition: `sha256:${createHash('sha256').update(definition).digest('hex')}`,
    },
    fields: {
      active,
      sub: mark.sub,
      result: of('Result'),
      load: of('LoadState'),
      needsReload: of('NeedDaemonReload'),
    },
    mark,
    serving: { now: active === 'active' ? 1 : 0, known: true },
  }
}

/** The mark of an observation of ours. */
export function markOf(seen: Observation): UnitMark {
  const mark = seen.mark
  if (isMark(mark)) return mark
  throw new DriverFault('this is no observation of a unit', 'observe the target again')
}

const isMark = (mark: Json): mark is UnitMark =>
  typeof mark === 'object' &&
  mark !== null &&
  !Array.isArray(mark) &&
  typeof mark['invocation'] === 'string' &&
  typeof mark['active'] === 'string'

const cutShort = (unit: string) =>
  new DriverFault(`the host gives no whole answer about ${unit}`, 'check that systemctl works there')

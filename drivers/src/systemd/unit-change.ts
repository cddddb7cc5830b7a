/**
 * Changes a unit as compare-and-set at the host: under a lock, only while the unit is still in the invocation and
 * state seen before. A lost connection leaves the command running; a repeat waits for its lock, then finds the unit
 * moved on and does nothing. `reset-failed` comes first: orders of ours count towards systemd's start limit too.
 */
import { DriverFault, TargetMoved } from '../driver.ts'
import { remoteCommand } from './quote.ts'
import { runRemote } from './ssh.ts'
import type { UnitMark } from './unit-state.ts'
import type { UnitAction, UnitStep } from './unit-step.ts'

/** How long a repeat waits for the command before it, and how long one change may take, in seconds. */
const LOCK_SECONDS = 60
const CHANGE_TIMEOUT_MS = 110_000

/** $1 unit, $2 verb, $3 invocation, $4 states in which it may act, with commas around. */
const SCRIPT = `
umask 077; trap "" HUP PIPE; export SYSTEMD_COLORS=0 SYSTEMD_PAGER= LC_ALL=C
mkdir -p /run/countersign && exec 9>"/run/countersign/$1.lock" || { echo no-lock; exit 0; }
flock -w ${LOCK_SECONDS} 9 || { echo busy; exit 0; }
id=$(systemctl show --property=InvocationID --value -- "$1") || { echo unreadable; exit 0; }
state=$(systemctl show --property=ActiveState --value -- "$1") || { echo unreadable; exit 0; }
[ "$3" = "$id" ] || { echo moved; exit 0; }
case "$4" in *",$state,"*) ;; *) echo moved; exit 0 ;; esac
[ "$2" = stop ] || systemctl reset-failed -- "$1" 2>/dev/null
systemctl --no-ask-password "$2" -- "$1" >/dev/null 2>&1; code=$?
echo "ran $code $(systemctl show --property=InvocationID --value -- "$1") $id"
`

/** Does `verb` if the unit is still as `before`; throws `TargetMoved` where it is not. */
export async function changeUnit(step: UnitStep, before: UnitMark, signal: AbortSignal): Promise<void> {
  await orderUnit(step, step.action, before.invocation, [before.active], signal)
}

/** Brings a unit up or down within that invocation; `TargetMoved` where it is in another, or there already. */
export async function settleUnit(
  step: UnitStep,
  to: 'up' | 'down',
  invocation: string,
  signal: AbortSignal,
): Promise<void> {
  if (to === 'up') await orderUnit(step, 'start', invocation, ['inactive', 'failed'], signal)
  else
    await orderUnit(step, 'stop', invocation, ['active', 'activating', 'reloading', 'deactivating'], signal)
}

async function orderUnit(
  step: UnitStep,
  verb: UnitAction,
  invocation: string,
  states: string[],
  signal: AbortSignal,
): Promise<void> {
  const command = remoteCommand(SCRIPT, [step.unit, verb, invocation, `,${states.join(',')},`])
  const answer = await runRemote(step.ssh, command, CHANGE_TIMEOUT_MS, signal)
  const fault = faultOfChange(step, verb, answer.stdout.trim())
  if (fault) throw fault
}

/** What the script's one word means; `undefined` when systemd took the order, well or badly: `verify` judges that. */
export function faultOfChange(step: UnitStep, verb: UnitAction, word: string): DriverFault | undefined {
  const place = `${step.unit} on "${step.ssh.host}"`
  if (word === 'moved') return new TargetMoved(`${place} is no longer as it was observed`, 'plan again')
  if (word === 'busy')
    return new DriverFault(
      `an earlier order for ${place} still runs`,
      'observe it, and retry when it has ended',
    )
  if (word === 'no-lock')
    return new DriverFault(
      `no lock can be had for ${place}`,
      'flock and a writable /run/countersign are needed there',
    )
  if (word === 'unreadable')
    return new DriverFault(`${place} cannot be read`, 'check that systemctl works there')
  const [, code, after = '', id = ''] = /^ran (\d+) ?(\w*) ?(\w*)$/.exec(word) ?? []
  if (code === undefined)
    return new DriverFault(`no answer about ${place}`, 'observe it: the order may run on')
  if (code === '0' || (verb !== 'stop' && after !== id)) return undefined
  return new DriverFault(
    `systemd did not ${verb} ${place} (exit ${code})`,
    `check the rights of "${step.ssh.user}"`,
  )
}

/**
 * A driver for tests whose target is one file: each effect is one appended line, so effects can be counted. `bump`
 * leaves the definition as it is (like a restart), `set` changes it. Settings slow it down or make it misbehave.
 */
import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  type ActionManifest,
  type Driver,
  DriverFault,
  type DriverStep,
  type Observation,
  TargetMoved,
} from '@countersign/drivers/driver'

const manifest: ActionManifest = {
  says: 'appends a line',
  kind: 'service.restart',
  area: 'service',
  reversibility: 'easy',
  privileged: false,
  timeoutMs: 2_000,
}

export const fileDriver: Driver = {
  name: 'file',
  actions: { bump: manifest, set: { ...manifest, kind: 'dns.change', area: 'dns', says: 'sets the value' } },
  observe: async (step) => observeFile(step),
  draft({ action, with: { value = 'up' } }, { fields, footprint }) {
    const from = fields['value'] ?? null
    const to = String(value)
    if (action === 'set' && from === to)
      return { diff: [], predicted: footprint, undo: null, limits: [], shareBp: 0 }
    const undo = { says: 'writes the old value', artefact: from ?? '' }
    const predicted = action === 'set' ? { value: to } : footprint
    const limits =
      to === '' ? [{ id: 'empty', says: 'the value would be empty', limit: '1', actual: '0' }] : []
    return {
      diff: [{ path: 'value', from, to }],
      predicted,
      undo,
      limits,
      shareBp: 5000,
      remaining: { during: 0, after: 1 },
    }
  },
  async apply(step, before) {
    const { settings } = step.target
    await sleep(Number(settings['slowMs'] ?? 0))
    if (existsSync(`${fileOf(step)}.unreachable`)) throw new DriverFault('the file is away', 'wait')
    const { mark } = observeFile(step)
    if (Number(mark) === Number(before.mark) + 1) return
    if (mark !== before.mark) throw new TargetMoved('someone else wrote', 'plan again')
    appendFileSync(fileOf(step), `${step.action === 'set' ? step.with['value'] : 'up'}\n`)
    await sleep(Number(settings['slowMs'] ?? 0))
  },
  verify(step, before, now) {
    if (now.mark === before.mark) return 'not-done'
    return step.target.settings['broken'] === true ? 'failed' : 'done'
  },
  async undo(step, before, artefact, _signal, after) {
    const { mark } = observeFile(step)
    if (after !== undefined && mark !== after.mark) throw new TargetMoved('someone else wrote since', 'look')
    if (Number(mark) === Number(before.mark) + 1) appendFileSync(fileOf(step), `undone ${artefact}\n`)
  },
  undone: (_step, _artefact, now) => now.fields['last']?.startsWith('undone ') === true,
}

function fileOf({ target }: DriverStep): string {
  return target.address
}

function observeFile(step: DriverStep): Observation {
  const file = fileOf(step)
  if (!existsSync(file) || existsSync(`${file}.unreachable`))
    throw new DriverFault('the file is away', 'wait')
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n')
  const last = lines.at(-1) ?? ''
  // What `bump` writes is life, not definition: the value is the last thing that was set.
  const value = lines.findLast((line) => line !== 'up')?.replace('undone ', '') ?? ''
  return {
    footprint: { value },
    fields: { value, last },
    mark: lines.length,
    serving: { now: 1, known: true },
  }
}

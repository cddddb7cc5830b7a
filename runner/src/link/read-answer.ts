/** Reads what the server answered as far as the runner relies on it; the rest is checked where it is used. */
import type { Json, JsonObject } from '@countersign/core/kernel/json'
import type { ServerWord, Task } from '@countersign/core/runner/protocol'
import { LinkFault, type PollAnswer, type ReportAnswer } from './server-link.ts'

export function readPollAnswer(value: Json): PollAnswer {
  const answer = objectIn(value, 'the answer to a poll')
  const tasks = listIn(answer['tasks'], 'tasks')
  return { tasks: tasks.flatMap(readTask), word: readWord(answer['word']) }
}

export function readReportAnswer(value: Json): ReportAnswer {
  const answer = objectIn(value, 'the answer to a report')
  const { accepted } = answer
  if (typeof accepted !== 'number' || !Number.isSafeInteger(accepted) || accepted < 0)
    throw new LinkFault('the server said no whole number as "accepted"')
  return { accepted, word: readWord(answer['word']) }
}

function readWord(value: Json | undefined): ServerWord {
  const word = objectIn(value, 'the word')
  const { clock } = word
  if (typeof clock !== 'number' || !Number.isSafeInteger(clock))
    throw new LinkFault('the server said no time')
  const stop = listIn(word['stop'], 'stop').map((item) => {
    const { grant, how } = objectIn(item, 'a stop word')
    if (typeof grant !== 'string') throw new LinkFault('a stop word names no grant')
    // A stop that is not understood still stops.
    const known = how === 'abort' || how === 'reverse' ? how : 'hold'
    return { grant, how: known } as const
  })
  return { clock, stop }
}

type Fields = Record<string, 'text' | 'object' | 'list'>

const TASKS: Record<string, Fields> = {
  plan: { request: 'object' },
  execute: { plan: 'object', grant: 'object' },
  undo: { grant: 'text', because: 'text', acts: 'list' },
  stop: { grant: 'text', because: 'text' },
  settled: { grant: 'text' },
  trust: { chain: 'list' },
  runbook: { runbook: 'object' },
}

/** A kind of task that is not known is left to a newer runner; a known one in a wrong form is a fault. */
function readTask(value: Json): Task[] {
  const task = objectIn(value, 'a task')
  const { type, id } = task
  if (typeof type !== 'string' || typeof id !== 'string' || id === '')
    throw new LinkFault('a task lacks type or id')
  const fields = Object.hasOwn(TASKS, type) ? TASKS[type] : undefined
  if (fields === undefined) return []
  for (const [field, form] of Object.entries(fields)) {
    if (!fits(task[field], form)) throw new LinkFault(`task ${id} of type "${type}" has no usable "${field}"`)
  }
  const wrong = deeper(type, task)
  if (wrong !== null) throw new LinkFault(`task ${id} of type "${type}": ${wrong}`)
  return [task as unknown as Task]
}

function deeper(type: string, task: JsonObject): string | null {
  if (type === 'plan')
    return misfit(objectIn(task['request'], 'request'), PLAN_REQUEST) ?? runbookMisfit(task)
  if (type === 'runbook') return misfit(objectIn(task['runbook'], 'runbook'), RUNBOOK)
  if (type !== 'execute') return null
  const plan = objectIn(task['plan'], 'plan')
  const grant = objectIn(task['grant'], 'grant')
  const inner = objectIn(grant['grant'], 'grant')
  if (!fits(inner['id'], 'text')) return 'the grant has no id'
  const steps = objectIn(plan['plan'], 'plan')['steps']
  return fits(plan['signature'], 'text') && Array.isArray(steps) ? null : 'the plan has no signature or steps'
}

const RUNBOOK: Fields = { id: 'text', digest: 'text', text: 'text', acts: 'list' }
const PLAN_REQUEST: Fields = {
  plan: 'text',
  proposal: 'text',
  proposer: 'object',
  intent: 'text',
  runbook: 'object',
  parameters: 'object',
  policy: 'text',
  floors: 'object',
}

function runbookMisfit(task: JsonObject): string | null {
  const request = objectIn(task['request'], 'request')
  const { validFor, expectedStateVersion: expected, floors } = request
  if (typeof validFor !== 'number' || !Number.isSafeInteger(validFor) || validFor <= 0)
    return 'no usable "validFor"'
  if (expected !== null && typeof expected !== 'string') return 'no usable "expectedStateVersion"'
  const counts = Object.values(objectIn(floors, 'floors'))
  if (!counts.every((count) => Number.isSafeInteger(count))) return 'a floor is no whole number'
  return misfit(objectIn(request['runbook'], 'runbook'), RUNBOOK)
}

function misfit(value: JsonObject, fields: Fields): string | null {
  const wrong = Object.entries(fields).find(([field, form]) => !fits(value[field], form))
  return wrong === undefined ? null : `no usable "${wrong[0]}"`
}

function fits(value: Json | undefined, form: 'text' | 'object' | 'list'): boolean {
  if (form === 'text') return typeof value === 'string'
  if (form === 'list') return Array.isArray(value)
  return value !== null && typeof value === 'object' && !Array.isArray(value)
}

function objectIn(value: Json | undefined, what: string): JsonObject {
  if (value === null || typeof value !== 'object' || Array.isArray(value))
    throw new LinkFault(`${what} is no object`)
  return value
}

function listIn(value: Json | undefined, what: string): Json[] {
  if (!Array.isArray(value)) throw new LinkFault(`${what} is no list`)
  return value
}

/** Reads the times of an export: from signal to decision, and from the last signature to the start. */
import { readFileSync } from 'node:fs'

type Line = { entry?: { stream: string; type: string; at: number }; state?: { incident?: string | null } }

export type Times = { decided: number[]; started: number[] }

export function readTimes(file: string): Times {
  const accepted = new Map<string, number>()
  const incidentOf = new Map<string, string>()
  const approved = new Map<string, number>()
  const times: Times = { decided: [], started: [] }
  for (const text of readFileSync(file, 'utf8').split('\n')) {
    const { entry, state } = text === '' ? ({} as Line) : (JSON.parse(text) as Line)
    if (entry === undefined) continue
    const { stream, type, at } = entry
    if (type === 'signal-accepted') accepted.set(stream, at)
    if (type === 'proposed' && state?.incident) incidentOf.set(stream, `incident/${state.incident}`)
    if (type === 'approved') approved.set(stream, at)
    const signal = accepted.get(incidentOf.get(stream) ?? '')
    if (type === 'decided' && signal !== undefined) times.decided.push(at - signal)
    const signature = approved.get(stream)
    if (type === 'execution-started' && signature !== undefined) times.started.push(at - signature)
  }
  return times
}

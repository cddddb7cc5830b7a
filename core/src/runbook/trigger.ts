/** Whether a signal triggers a runbook, and the parameters it then gets: from labels and the resolved target only. */
import type { JsonObject } from '../kernel/json.ts'
import type { Runbook } from './runbook.ts'

export type Triggering = { alert: string; labels: Record<string, string>; target: string }

/** Null: no trigger fits, or a label it needs is missing. `${target}` and `${label.<name>}` are filled. */
export function fitting(runbook: Runbook, signal: Triggering): JsonObject | null {
  for (const trigger of runbook.triggers) {
    if (trigger.alert !== signal.alert) continue
    const fits = Object.entries(trigger.labels).every(([name, value]) => signal.labels[name] === value)
    const parameters = fits ? fillAll(trigger.with, signal) : null
    if (parameters !== null) return parameters
  }
  return null
}

function fillAll(wanted: Record<string, string>, signal: Triggering): JsonObject | null {
  const parameters: JsonObject = {}
  for (const [name, template] of Object.entries(wanted)) {
    const value = fillOne(template, signal)
    if (value === null) return null
    parameters[name] = value
  }
  return parameters
}

function fillOne(template: string, { labels, target }: Triggering): string | null {
  let isWhole = true
  const text = template.replace(/\$\{([^}]*)\}/g, (_, name: string) => {
    const value = name === 'target' ? target : labels[name.replace(/^label\./, '')]
    if (value === undefined) isWhole = false
    return value ?? ''
  })
  return isWhole ? text : null
}

/** The catalogue: services, their targets, owners and limits, as the operator wrote them. What it lacks is unknown. */
import type { Instant } from '../kernel/instant.ts'

export type Catalogue = { services: Service[]; freezes: Freeze[] }

export type Service = {
  id: string
  says: string
  owner: string
  environment: 'production' | 'staging' | 'development' | 'unknown'
  criticality: 'low' | 'normal' | 'high' | 'unknown'
  customers: 'none' | 'one' | 'some' | 'all'
  data: { regulated: 'yes' | 'no' | 'unknown'; customer: 'yes' | 'no' | 'unknown' }
  dependencies: string[]
  /** Members that must keep serving, whatever runs. */
  floor: number
  /** Hours of the day in UTC, `[from, to)`, Monday to Sunday alike. */
  peak: { from: number; to: number }[]
  targets: Target[]
}

/** `driver` settings say how the runner reaches it; keys never stand here. `match` are labels of its signals. */
export type Target = { id: string; address: string; region: string; match: Record<string, string> }

export type Freeze = { id: string; says: string; from: Instant; to: Instant; services: string[] }

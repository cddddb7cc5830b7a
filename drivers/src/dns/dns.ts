/**
 * The DNS driver: replaces one record set, or deletes single records of one, by RFC 2136 with TSIG. A change counts
 * only when the primary and every secondary serve it.
 */
import type { Json } from '@countersign/core/kernel/json'
import { BadStep, type Driver, DriverFault, type Effect, type Observation, TargetMoved } from '../driver.ts'
import { type DnsStep, type NameServer, readDnsStep, shown } from './dns-step.ts'
import { differenceOf, limitsOf, predictedSet, shareOf } from './draft-set.ts'
import { askServer } from './query.ts'
import { isSameSet, type RecordSet, recordSetFrom, textOfSet } from './record-set.ts'
import { sendUpdate } from './update.ts'

/** Caches may hold the old set for its TTL: the time is for the servers of the zone only. */
const TIMEOUT_MS = 60_000

export const dnsDriver: Driver = {
  name: 'dns',
  actions: {
    upsert: {
      says: 'replaces one record set',
      kind: 'dns.change',
      area: 'dns',
      reversibility: 'easy',
      privileged: false,
      timeoutMs: TIMEOUT_MS,
    },
    delete: {
      says: 'deletes single records, never the last of a set',
      kind: 'dns.delete',
      area: 'dns',
      reversibility: 'easy',
      privileged: false,
      timeoutMs: TIMEOUT_MS,
    },
  },
  async observe(driverStep, signal) {
    return await observeServers(readDnsStep(driverStep), signal)
  },
  draft(driverStep, seen) {
    const step = readDnsStep(driverStep)
    const before = setOf(step, seen.footprint)
    const after = predictedSet(step, before)
    const servers = seen.serving.now
    return {
      diff: differenceOf(before, after),
      predicted: after,
      undo: { says: undoSays(before), artefact: before },
      limits: limitsOf(step, before, after, seen.fields['alias'] || null),
      shareBp: shareOf(before, after),
      remaining: { during: servers, after: servers },
    }
  },
  async apply(driverStep, before, signal) {
    const step = readDnsStep(driverStep)
    const from = setOf(step, before.footprint)
    const to = predictedSet(step, from)
    const [limit] = limitsOf(step, from, to, before.fields['alias'] || null)
    if (limit) throw new BadStep(`${limit.says}: ${limit.actual}`, `the limit is ${limit.limit}`)
    await replaceSet(step, from, to, signal)
  },
  verify(driverStep, before, now) {
    const step = readDnsStep(driverStep)
    const from = setOf(step, before.footprint)
    return effectOf(predictedSet(step, from), setOf(step, now.footprint), Object.values(serversIn(now)))
  },
  async undo(driverStep, before, artefact, signal) {
    const step = readDnsStep(driverStep)
    await replaceSet(step, predictedSet(step, setOf(step, before.footprint)), setOf(step, artefact), signal)
  },
  undone(driverStep, artefact, now) {
    const step = readDnsStep(driverStep)
    const wanted = setOf(step, artefact)
    return effectOf(wanted, setOf(step, now.footprint), Object.values(serversIn(now))) === 'done'
  },
}

/** `done` when all serve the wanted set; while only the primary does, it is on its way. */
function effectOf(wanted: RecordSet, primary: RecordSet, servers: string[]): Effect {
  if (!isSameSet(wanted, primary)) return 'not-done'
  return servers.every((text) => text === textOfSet(wanted)) ? 'done' : 'pending'
}

async function observeServers(step: DnsStep, signal: AbortSignal): Promise<Observation> {
  const ask = async (server: NameServer) => ({ server, ...(await askServer(server, step, step.via, signal)) })
  const [primary, ...others] = await Promise.all([ask(step.primary), ...step.secondaries.map(ask)])
  const servers = Object.fromEntries(
    [primary, ...others].map(({ server, set }) => [shown(server), textOfSet(set)]),
  )
  const inStep = [primary, ...others].filter(({ set }) => isSameSet(set, primary.set)).length
  return {
    footprint: primary.set,
    fields: {
      present: primary.set.records.length > 0 ? 'yes' : 'no',
      records: primary.set.records.join(', '),
      ttl: String(primary.set.ttl ?? ''),
      alias: primary.alias ?? '',
      inStep: inStep === others.length + 1 ? 'yes' : 'no',
    },
    mark: { servers },
    serving: { now: inStep, known: true },
  }
}

/** Compare-and-set at the primary. A repeat finds its own work and is content; anything else has moved. */
async function replaceSet(step: DnsStep, from: RecordSet, to: RecordSet, signal: AbortSignal): Promise<void> {
  if (isSameSet(from, to)) return
  try {
    await sendUpdate(step, from, to, signal)
  } catch (error) {
    if (!(error instanceof TargetMoved)) throw error
    const { set } = await askServer(step.primary, step, step.via, signal)
    if (!isSameSet(set, to)) throw error
  }
}

function setOf(step: DnsStep, json: Json): RecordSet {
  const set = recordSetFrom(json, step.name, step.type)
  if (!set)
    throw new DriverFault(`this is no record set of ${step.name} ${step.type}`, 'observe the target again')
  return set
}

function serversIn(seen: Observation): Record<string, string> {
  const mark = seen.mark
  const servers =
    typeof mark === 'object' && mark !== null && !Array.isArray(mark) ? mark['servers'] : undefined
  if (typeof servers !== 'object' || servers === null) return { none: 'unknown' }
  return servers as Record<string, string>
}

const undoSays = (before: RecordSet) =>
  before.records.length === 0
    ? `remove the set again, as it was absent; caches may keep it for its TTL`
    : `put back ${before.records.join(', ')} with TTL ${before.ttl}; caches may keep the new set for its TTL`

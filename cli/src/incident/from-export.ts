/** Tells an incident from an export alone: its entries and those of its proposals, in the order of the log. */
import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { type Explanation, explain } from '@countersign/core/explain/explain'
import type { Told } from '@countersign/core/explain/look'
import type { Json } from '@countersign/core/kernel/json'
import { readExportLine } from '@countersign/trail/export'
import { failed } from '../exit.ts'
import type { Paint } from '../plan/show-plan.ts'
import { columns } from '../terminal/table.ts'
import { moment } from '../terminal/time.ts'
import { PROSE_WIDTH, quoted, wrapped } from '../terminal/visible.ts'

type Entry = Told & { stream: string; seq: number }
export type FromExport = {
  text: string
  value: { incident: string; timeline: unknown[]; explanation: string }
}

/** Nothing is verified here: that is `trail verify`, with trust obtained elsewhere. */
export async function incidentFromExport(file: string, id: string, paint: Paint): Promise<FromExport> {
  const entries = await readEntries(file, id)
  if (entries.length === 0)
    throw failed(
      `"${file}" holds no incident ${id}`,
      'check the id, and that the export is whole: `countersign trail verify`',
    )
  const explanation: Explanation = explain(entries)
  const timeline = entries.map(({ stream, seq, at, actor, type }, index) => ({
    stream,
    seq,
    at,
    actor,
    type,
    says: explanation.lines[index]?.says ?? type,
  }))
  const rows = timeline.map(({ at, actor, says }) => [`  ${moment(at)}`, `${actor.kind} ${actor.id}`, says])
  const text = [
    paint('bold', `incident ${id}, from an export (not verified here: countersign trail verify)`),
    '',
    paint('bold', 'timeline'),
    columns(rows),
    '',
    paint('bold', 'in short'),
    quoted(wrapped(explanation.paragraph, PROSE_WIDTH)),
  ].join('\n')
  return { text, value: { incident: id, timeline, explanation: explanation.paragraph } }
}

/** Proposals of the incident are those that say so when they are made, or that the incident links. */
async function readEntries(file: string, id: string): Promise<Entry[]> {
  const streams = new Set([`incident/${id}`])
  const kept: Entry[] = []
  for await (const line of createInterface({
    input: createReadStream(file),
    crlfDelay: Number.POSITIVE_INFINITY,
  })) {
    const read = readExportLine(line)
    if (!('is' in read) || read.is !== 'leaf' || read.leaf.state === null) continue
    const told = entryOf(read.leaf.entry, read.leaf.state)
    if (told === null) continue
    const state = told.state as { incident?: unknown; proposal?: unknown }
    if (told.type === 'proposed' && state.incident === id) streams.add(told.stream)
    if (told.type === 'proposal-linked' && told.stream === `incident/${id}`)
      streams.add(`proposal/${String(state.proposal)}`)
    if (streams.has(told.stream)) kept.push(told)
  }
  return kept
}

function entryOf(entry: string, state: string): Entry | null {
  try {
    const { stream, seq, at, type, actor } = JSON.parse(entry) as Entry
    return { stream, seq, at, type, actor, state: JSON.parse(state) as Json }
  } catch {
    return null
  }
}

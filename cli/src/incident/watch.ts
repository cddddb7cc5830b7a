/** Follows an incident until it is resolved: redrawn on a terminal, one line per entry anywhere else. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Command } from '../command.ts'
import { EXIT, Stop } from '../exit.ts'
import { openSession, type Session } from '../folder/session.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { duration, moment } from '../terminal/time.ts'
import { PROSE_WIDTH, quoted, visible, wrapped } from '../terminal/visible.ts'
import type { Incident } from './show-incident.ts'
import { incidentTree } from './tree.ts'

const EVERY_MS = 1000

export const command: Command = {
  words: ['ID'],
  options: { for: { value: 'TIME', says: 'how long at most (default 1h)' } },
  examples: ['countersign incident watch 0192f3a0-5b1c-7c3e-9d2f-3a4b5c6d7e8f'],
  async run(given, terminal) {
    const session = openSession(given)
    const until = performance.now() + duration(given.text('for') ?? '1h')
    const draw = terminal.redraws ? redrawing(terminal) : lineByLine(terminal)
    let incident = await look(session, given.word(0), terminal, null)
    while (incident === null || incident.status !== 'resolved') {
      if (incident !== null) draw(incident)
      if (performance.now() > until)
        throw new Stop(
          EXIT.failed,
          `incident ${given.word(0)} is not resolved yet`,
          'watch on, with a longer --for',
        )
      await sleep(EVERY_MS)
      incident = await look(session, given.word(0), terminal, incident)
    }
    draw(incident)
    terminal.show('')
    terminal.show(quoted(wrapped(incident.explanation, PROSE_WIDTH)))
    terminal.result(incident)
    return EXIT.done
  },
}

/** A server that is away for a while does not end the watch; the first look must succeed. */
async function look({ client }: Session, id: string, terminal: Terminal, before: Incident | null) {
  try {
    return await client.getIncident({ params: { id } })
  } catch (error) {
    if (before === null || !(error instanceof Error) || error.name !== 'ServerAway') throw error
    terminal.tell(`${error.message}; trying again`)
    return before
  }
}

function redrawing(terminal: Terminal): (incident: Incident) => void {
  let drawn = 0
  return (incident) => {
    const lines = incidentTree(incident, (process.stdout.columns || 100) - 1, terminal.colour)
    if (drawn > 0) process.stdout.write(`\u001b[${drawn}F\u001b[J`)
    drawn = lines.length
    terminal.show(lines.join('\n'))
  }
}

function lineByLine(terminal: Terminal): (incident: Incident) => void {
  let shown = 0
  return ({ timeline }) => {
    for (const { at, says } of timeline.slice(shown)) terminal.show(`${moment(at)}  ${visible(says)}`)
    shown = Math.max(shown, timeline.length)
  }
}

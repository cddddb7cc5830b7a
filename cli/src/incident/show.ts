/** One incident with its timeline and explanation, from the server or offline from an export. */
import type { Command } from '../command.ts'
import { EXIT } from '../exit.ts'
import { openSession } from '../folder/session.ts'
import { incidentText } from './show-incident.ts'

export const command: Command = {
  words: ['ID'],
  options: { file: { value: 'EXPORT', says: 'read it from an export of the trail, without a server' } },
  examples: [
    'countersign incident show 0192f3a0-5b1c-7c3e-9d2f-3a4b5c6d7e8f',
    'countersign incident show 0192f3a0-5b1c-7c3e-9d2f-3a4b5c6d7e8f --file trail.ndjson',
  ],
  async run(given, terminal) {
    const id = given.word(0)
    const file = given.text('file')
    if (file !== null) {
      const { incidentFromExport } = await import('./from-export.ts')
      const { text, value } = await incidentFromExport(file, id, terminal.colour)
      terminal.show(text)
      terminal.result(value)
      return EXIT.done
    }
    const incident = await openSession(given).client.getIncident({ params: { id } })
    terminal.show(incidentText(incident, terminal.colour))
    terminal.result(incident)
    return EXIT.done
  },
}

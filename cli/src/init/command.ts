/** Makes a working installation offline, or completes a folder: what is there already is kept. */
import { resolve } from 'node:path'
import type { Command } from '../command.ts'
import { EXIT, usage } from '../exit.ts'
import { shortDigest } from '../plan/show-plan.ts'
import { table } from '../terminal/table.ts'
import { duration } from '../terminal/time.ts'
import { initialise } from './initialise.ts'
import { readPeople } from './people.ts'

export const command: Command = {
  words: ['DIR'],
  options: {
    name: { value: 'NAME', says: 'name of the site and origin of its trail (default: the folder’s name)' },
    person: {
      value: 'ID=ROLE[,ROLE]:KEYFILE',
      says: 'a first person, with a private SSH key or a .pub that the agent holds',
      many: true,
    },
    policies: { value: 'DIR', says: 'policy to publish (default: the one that ships)' },
    runbooks: { value: 'DIR', says: 'runbooks to publish (default: those that ship and fit the sources)' },
    runner: { value: 'ID', says: 'name of the first runner (default: runner-1)' },
    agent: { value: 'ID', says: 'also a token for an AI agent: it may read and propose' },
    port: { value: 'PORT', says: 'where the API listens on 127.0.0.1 (default 7443)' },
    valid: { value: 'TIME', says: 'how long the first trust version holds (default 365d)' },
  },
  examples: [
    'countersign init /etc/countersign --person alice=governance,sre:~/.ssh/id_ed25519 --person bob=sre:/media/bob/id.pub',
    'countersign init ./trial --person me=governance,sre:~/.ssh/id_ed25519',
  ],
  async run(given, terminal) {
    const port = Number(given.text('port') ?? 7443)
    if (!Number.isInteger(port) || port < 1 || port > 65_535)
      throw usage(`"${given.text('port')}" is not a port`, 'write a number from 1 to 65535')
    const dir = resolve(given.word(0))
    const done = await initialise({
      dir,
      name: given.text('name'),
      people: readPeople(given.list('person')),
      policies: given.text('policies'),
      runbooks: given.text('runbooks'),
      runner: given.text('runner'),
      agent: given.text('agent'),
      port,
      validFor: duration(given.text('valid') ?? '365d'),
      now: Date.now(),
    })
    const { rows, site, onePerson, people, problems, runner } = done
    const relative = (file: string): string =>
      file.startsWith(`${dir}/`) ? file.slice(dir.length + 1) : file
    terminal.show(
      table(
        ['file', 'state', 'what'],
        rows.map(({ file, state, what }) => [relative(file), state, what]),
      ),
    )
    terminal.show('')
    terminal.show(`site ${shortDigest(site)} (${site})`)
    terminal.show(
      onePerson
        ? `One person holds this site: ${people.join(', ')}. Nobody else checks what they sign; every entry says so. Add people before it matters.`
        : `${people.length} people made trust/1 together: ${people.join(', ')}. Compare the digest above with each other.`,
    )
    for (const problem of problems) terminal.show(`${terminal.colour('yellow', 'to do:')} ${problem}`)
    terminal.show(
      `next: countersign start --dir ${given.word(0)}, then countersign runner --dir ${given.word(0)}`,
    )
    terminal.result({
      dir,
      site,
      onePerson,
      people,
      runner,
      files: rows.map((row) => ({ ...row, file: relative(row.file) })),
      problems,
    })
    return EXIT.done
  },
}

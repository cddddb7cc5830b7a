/** Help for people: the list of commands, and each command with its options and examples. */
import { COMMON, type Command, type Option } from './command.ts'
import { columns } from './terminal/table.ts'

export function helpOfAll(commands: Readonly<Record<string, { says: string }>>): string {
  const rows = Object.entries(commands).map(([name, { says }]) => [`  ${name}`, says])
  return [
    'countersign: the human-in-the-lead control plane for hosting operations',
    '',
    'usage: countersign COMMAND [OPTION...]',
    '',
    columns(rows),
    '',
    'countersign COMMAND --help tells its options, with an example.',
    'exit: 0 done, 1 failed or not valid, 2 used wrongly, 3 refused by a rule, 4 server away, 5 verification found something',
  ].join('\n')
}

export function helpOf(name: string, says: string, command: Command): string {
  const words = command.words.length > 0 ? ` ${command.words.join(' ')}` : ''
  return [
    `countersign ${name}: ${says}`,
    '',
    `usage: countersign ${name}${words} [OPTION...]`,
    '',
    columns(optionRows({ ...command.options, ...COMMON })),
    '',
    command.examples.length === 1 ? 'example:' : 'examples:',
    ...command.examples.map((example) => `  ${example}`),
  ].join('\n')
}

function optionRows(options: Readonly<Record<string, Option>>): string[][] {
  return Object.entries(options).map(([option, { value, says, many, required }]) => [
    `  --${option}${value === undefined ? '' : ` ${value}`}`,
    `${says}${many ? ' (may be repeated)' : ''}${required ? ' (must be given)' : ''}`,
  ])
}

/** The program `countersign`: finds the command, loads it alone, and turns whatever goes wrong into a sentence. */
import { COMMANDS } from './commands.ts'
import { EXIT, type Exit, usage } from './exit.ts'
import { findCommand, nearest, parse } from './parse.ts'
import { createTerminal } from './terminal/terminal.ts'
import { VERSION } from './version.ts'

async function main(argv: string[]): Promise<Exit> {
  const terminal = createTerminal(argv.includes('--json'))
  try {
    return await dispatch(argv, terminal)
  } catch (error) {
    const { explain } = await import('./explain.ts')
    return explain(error, terminal)
  }
}

async function dispatch(argv: string[], terminal: ReturnType<typeof createTerminal>): Promise<Exit> {
  const [first] = argv
  if (first === '--version') {
    process.stdout.write(`${VERSION}\n`)
    return EXIT.done
  }
  const found = findCommand(argv, Object.keys(COMMANDS))
  if (found === null) return withoutCommand(argv)
  const entry = COMMANDS[found.name]
  if (entry === undefined) return EXIT.usage
  const { command } = await entry.load()
  if (found.rest.includes('--help')) {
    const { helpOf } = await import('./help.ts')
    process.stdout.write(`${helpOf(found.name, entry.says, command)}\n`)
    return EXIT.done
  }
  return command.run(parse(found.name, command, found.rest, process.env), terminal)
}

async function withoutCommand(argv: string[]): Promise<Exit> {
  const typed = argv.filter((word) => !word.startsWith('-')).slice(0, 2)
  const group = Object.entries(COMMANDS).filter(([name]) => name.startsWith(`${typed[0]} `))
  const { helpOfAll } = await import('./help.ts')
  if (argv.includes('--help') || typed[0] === 'help' || argv.length === 0) {
    process.stdout.write(`${helpOfAll(group.length > 0 ? Object.fromEntries(group) : COMMANDS)}\n`)
    return argv.length === 0 ? EXIT.usage : EXIT.done
  }
  if (group.length > 0)
    throw usage(
      typed[1] === undefined ? `"${typed[0]}" needs one more word` : `"${typed.join(' ')}" is not a command`,
      `one of: ${group.map(([name]) => name).join(', ')}`,
    )
  const near = nearest(typed[0] ?? '', Object.keys(COMMANDS))
  throw usage(
    `"${typed[0] ?? argv[0]}" is not a command`,
    near === null ? 'see `countersign --help`' : `did you mean "${near}"?`,
  )
}

process.exitCode = await main(process.argv.slice(2))

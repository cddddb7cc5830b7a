/** `npm run site -- up|down|status|break|run`: the site from the command line. Progress goes to standard error. */
import { spawn } from 'node:child_process'
import { parseArgs } from 'node:util'
import type { Site, Status } from './described.ts'
import { failUnit } from './fault.ts'
import { messageOf, SiteFault } from './fault-of-site.ts'
import { down, readSite, stateDir, status, up } from './site.ts'

const USAGE = `usage: npm run site -- up [--bare] [--json]      bring the site up (again: says that it is up)
       npm run site -- down [--json]             take it down, leave nothing behind
       npm run site -- status [--json]           exit 0 up, 1 broken, 3 down
       npm run site -- break HOST [--json]       kill the service of a host until it is failed
       npm run site -- run COMMAND...            run a command where the hosts can be reached (real site)
state: $COUNTERSIGN_SITE_DIR, else .site in the repository; $COUNTERSIGN_SITE_PREFIX tells two sites apart (cs)
`
const say = (line: string) => process.stderr.write(`${line}\n`)

/** What a command prints for people, what for programs, and its exit code. */
type Outcome = { text: string; json: unknown; code: number }

async function upCommand(bare: boolean): Promise<Outcome> {
  const options = { say }
  const { site, already, seconds } = bare ? await up({ ...options, kind: 'bare' }) : await up(options)
  const text = already
    ? `the ${site.kind} site is already up, in ${site.dir}`
    : `the ${site.kind} site is up after ${seconds} s`
  return { text, json: { ...site, already, seconds }, code: 0 }
}

async function downCommand(): Promise<Outcome> {
  const result = await down({ say })
  const strangers =
    result.strangers.length > 0
      ? `; still in its seat, not started by it: ${result.strangers.join(', ')}`
      : ''
  const text = result.wasUp
    ? `the site is down after ${result.seconds} s${strangers}`
    : `no site is up in ${stateDir()}`
  return { text, json: { state: 'down', ...result }, code: 0 }
}

async function statusCommand(): Promise<Outcome> {
  const found = await status()
  return { text: table(found), json: found, code: { up: 0, broken: 1, down: 3 }[found.state] }
}

function table({ kind, state, dir, checks }: Status): string {
  if (state === 'down') return `no site is up in ${dir}`
  const width = Math.max(...checks.map(({ what }) => what.length))
  const rows = checks.map(({ what, ok, said }) =>
    `  ${ok ? 'ok ' : 'BAD'}  ${what.padEnd(width)}  ${ok ? '' : said}`.trimEnd(),
  )
  return [`${kind} site in ${dir}: ${state}`, ...rows].join('\n')
}

async function breakCommand(host: string | undefined): Promise<Outcome> {
  const site = needSite()
  if (host === undefined)
    throw new SiteFault('break needs the name of a host', { hint: `one of ${names(site)}` })
  const broken = await failUnit(site, host)
  const text = `${broken.unit} on ${host} is failed after ${broken.kills} kills in ${broken.seconds} s`
  return { text, json: broken, code: 0 }
}

const names = (site: Site): string =>
  (site.kind === 'real' ? site.hosts : site.services).map(({ name }) => name).join(', ')

function needSite(): Site {
  const site = readSite()
  if (site) return site
  throw new SiteFault(`no site is up in ${stateDir()}`, { hint: 'npm run site -- up' })
}

async function runCommand(command: string[]): Promise<Outcome> {
  const site = needSite()
  if (site.kind !== 'real')
    throw new SiteFault('the bare site has no namespace, its services are on loopback')
  if (command.length === 0)
    throw new SiteFault('run needs a command', { hint: 'npm run site -- run curl http://10.78.0.14/work' })
  const child = spawn('ip', ['netns', 'exec', site.namespace, ...command], { stdio: 'inherit' })
  const code = await new Promise<number>((resolve) => child.on('close', (end) => resolve(end ?? 1)))
  return { text: '', json: { code }, code }
}

async function main(argv: string[]): Promise<number> {
  if (argv[0] === 'run') return (await runCommand(argv.slice(1))).code
  const options = { bare: { type: 'boolean' }, json: { type: 'boolean' } } as const
  const { values, positionals } = parseArgs({ args: argv, options, allowPositionals: true })
  const commands: Record<string, () => Promise<Outcome>> = {
    up: () => upCommand(values.bare === true),
    down: downCommand,
    status: statusCommand,
    break: () => breakCommand(positionals[1]),
  }
  const command = commands[positionals[0] ?? '']
  if (!command) {
    process.stderr.write(USAGE)
    return 2
  }
  const { text, json, code } = await command()
  process.stdout.write(values.json ? `${JSON.stringify(json)}\n` : `${text}\n`)
  return code
}

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  say(`error: ${messageOf(error)}`)
  if (error instanceof SiteFault && error.hint) say(`hint: ${error.hint}`)
  process.exitCode = 1
}

/** Looks for what keeps an installation from working, and says what to do about each. */
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Json } from '@countersign/core/kernel/json'
import type { Command, Given } from '../command.ts'
import { EXIT } from '../exit.ts'
import { checkDir } from '../folder/check-dir.ts'
import { FILES, readCliConfig } from '../folder/layout.ts'
import { columns } from '../terminal/table.ts'
import { verified } from '../trust/pinned.ts'

/** `bad`: it does not work so; `note`: it works, but somebody should know. */
type Finding = { what: string; state: 'ok' | 'note' | 'bad'; says: string }

export const command: Command = {
  words: [],
  options: {},
  examples: ['countersign doctor --dir /etc/countersign'],
  async run(given, terminal) {
    const findings = [
      node(),
      keygen(),
      files(given),
      ...secrets(given.dir),
      trust(given),
      await database(),
      await server(given),
    ]
    terminal.show(columns(findings.map(({ what, state, says }) => [state, what, says])))
    const bad = findings.filter(({ state }) => state === 'bad').length
    terminal.result({ findings })
    return bad === 0 ? EXIT.done : EXIT.failed
  },
}

function ok(what: string, says: string): Finding {
  return { what, state: 'ok', says }
}

function bad(what: string, says: string): Finding {
  return { what, state: 'bad', says }
}

function node(): Finding {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  const fits = major > 20 || (major === 20 && minor >= 19)
  return fits
    ? ok('node', process.versions.node)
    : bad('node', `expected 20.19 or newer, got ${process.versions.node}`)
}

function keygen(): Finding {
  const run = spawnSync('ssh-keygen', ['-?'], { stdio: 'ignore' })
  return run.error === undefined
    ? ok('ssh-keygen', 'there')
    : bad('ssh-keygen', 'not there: people cannot sign (Debian: apt-get install openssh-client)')
}

function files({ dir }: Given): Finding {
  if (!existsSync(join(dir, FILES.config)))
    return bad('files', `there is no ${FILES.config} in "${dir}": countersign init DIR`)
  const problems = checkDir(dir)
  const [first] = problems
  return first === undefined
    ? ok('files', 'every YAML file checks')
    : bad(
        'files',
        `${problems.length} problems, the first: ${first.file}:${first.line}:${first.column}: ${first.message}`,
      )
}

function secrets(dir: string): Finding[] {
  return [FILES.grantKey, FILES.logKey, FILES.runnerKey, FILES.tokens].flatMap((name) => {
    const file = join(dir, name)
    if (!existsSync(file)) return []
    const mode = statSync(file).mode & 0o777
    return (mode & 0o077) === 0
      ? [ok(name, 'only its owner reads it')]
      : [bad(name, `others may read it (mode ${mode.toString(8)}): find out who did, then chmod 600`)]
  })
}

function trust({ dir }: Given): Finding {
  try {
    const { site } = readCliConfig(dir)
    const { body } = verified([JSON.parse(readFileSync(join(dir, FILES.genesis), 'utf8')) as Json], site)
    const days = Math.floor((body.expiresAt - Date.now()) / 86_400_000)
    if (days < 30)
      return { what: 'trust', state: 'note', says: `trust/1 expires in ${days} days: everything stops then` }
    if (body.onePerson)
      return { what: 'trust', state: 'note', says: 'one-person install: nobody else checks what is signed' }
    return ok('trust', `verifies from the pin, holds ${days} days`)
  } catch (error) {
    return bad('trust', error instanceof Error ? error.message : String(error))
  }
}

/** A pooler in transaction mode gives a session's locks to others: with one, nothing would be safe. */
async function database(): Promise<Finding> {
  const url = process.env['DATABASE_URL']
  if (!url) return ok('database', 'embedded (DATABASE_URL is not set)')
  const { openPool } = await import('@countersign/server/database/pool')
  const { refuseTransactionPooling } = await import('@countersign/server/database/proxy-check')
  const pool = openPool(url)
  try {
    await refuseTransactionPooling(pool)
    return ok('database', 'answers, and its sessions are its own')
  } catch (error) {
    return bad('database', error instanceof Error ? error.message : String(error))
  } finally {
    await pool.end()
  }
}

async function server(given: Given): Promise<Finding> {
  try {
    const { openSession } = await import('../folder/session.ts')
    const { client, connection } = openSession(given)
    const health = await client.getHealth({})
    const off = Math.abs(health.clock - Date.now())
    const findings = [
      ...health.findings,
      ...(off > 30_000 ? [`its clock differs by ${Math.round(off / 1000)} s from this one`] : []),
    ]
    return findings.length === 0
      ? ok('server', `${connection.url} is well, log ${health.log}`)
      : { what: 'server', state: 'note', says: findings.join('; ') }
  } catch (error) {
    const says = error instanceof Error ? error.message : String(error)
    return { what: 'server', state: 'note', says: `${says}: countersign start` }
  }
}

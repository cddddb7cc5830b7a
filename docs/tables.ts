/**
 * The tables in docs/ that are made from the code: settings, problems, operations, commands, driver actions. Run
 * `npx tsx docs/tables.ts` to write them anew; `docs.test.ts` fails where they have drifted.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { COMMANDS } from '@countersign/cli/commands'
import type { Operation } from '@countersign/contract/operation'
import { OPERATIONS } from '@countersign/contract/operations'
import { PROBLEMS } from '@countersign/contract/problem'
import { knownActions } from '@countersign/drivers/registry'
import { settingsOf } from './settings.ts'

const DOCS = fileURLToPath(new URL('.', import.meta.url))
const SCHEMAS = fileURLToPath(new URL('../language/schemas/', import.meta.url))

/** Name of the table -> its lines. A page holds it between `<!-- table NAME -->` and `<!-- /table -->`. */
export async function tables(): Promise<Record<string, string>> {
  const kinds = ['countersign', 'runner', 'catalogue', 'people', 'tokens', 'policy', 'runbook']
  return {
    ...Object.fromEntries(kinds.map((kind) => [`settings ${kind}`, settingsTable(kind)])),
    problems: problemsTable(),
    operations: operationsTable(),
    commands: commandsTable(),
    actions: await actionsTable(),
  }
}

function settingsTable(kind: string): string {
  const schema = JSON.parse(readFileSync(`${SCHEMAS}${kind}.schema.json`, 'utf8'))
  const rows = settingsOf(schema).map(({ path, must, form, says }) => [code(path), must, form, says])
  return table(['setting', 'must', 'form', 'says'], rows)
}

function problemsTable(): string {
  const rows = Object.entries(PROBLEMS).map(([name, { status, title, hint }]) => [
    code(name),
    String(status),
    title,
    hint,
  ])
  return table(['code', 'status', 'means', 'what to do'], rows)
}

function operationsTable(): string {
  const rows = Object.values<Operation>(OPERATIONS).map(({ method, path, scope, summary }) => [
    code(`${method} ${path}`),
    scope ?? 'none',
    summary,
  ])
  return table(['operation', 'scope', 'what it does'], rows)
}

function commandsTable(): string {
  const rows = Object.entries(COMMANDS).map(([name, { says }]) => [code(`countersign ${name}`), says])
  return table(['command', 'what it does'], rows)
}

async function actionsTable(): Promise<string> {
  const rows = Object.entries(await knownActions()).map(([uses, { says, kind, area, ...more }]) => [
    code(uses),
    says,
    kind,
    area,
    more.reversibility,
    more.privileged ? 'yes' : 'no',
    `${more.timeoutMs / 1000} s`,
  ])
  return table(['action', 'says', 'kind', 'area', 'undo', 'privileged', 'within'], rows)
}

function table(head: string[], rows: string[][]): string {
  const lines = [head, head.map(() => '---'), ...rows]
  return lines
    .map((cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`)
    .join('\n')
}

function code(text: string): string {
  return `\`${text}\``
}

const PLACE = /(<!-- table ([a-z ]+) -->\n)([\s\S]*?)(\n<!-- \/table -->)/g

/** The page with every table in it made anew. Throws where a page asks for a table that does not exist. */
export function withTables(page: string, made: Record<string, string>): string {
  return page.replace(PLACE, (_, open: string, name: string, __: string, close: string) => {
    const text = made[name]
    if (text === undefined) throw new Error(`there is no table "${name}"`)
    return `${open}${text}${close}`
  })
}

export const PAGES_WITH_TABLES = ['configuration.md', 'api.md', 'commands.md', 'driver.md']

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const made = await tables()
  for (const page of PAGES_WITH_TABLES) {
    const text = readFileSync(`${DOCS}${page}`, 'utf8')
    writeFileSync(`${DOCS}${page}`, withTables(text, made))
  }
}

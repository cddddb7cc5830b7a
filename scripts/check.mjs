// npm run check: types, lint, format, architecture, unit and database tests.
import { readFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { step, total, vitest } from './steps.mjs'

/** Everything that needs neither root nor Debian packages. */
export async function check() {
  const { workspaces } = JSON.parse(readFileSync('package.json', 'utf8'))
  const counts = [await step('build', process.execPath, ['scripts/build.mjs'])]
  for (const project of ['.', ...workspaces])
    counts.push(await step(`types of ${project}`, 'npx', ['tsc', '-p', project]))
  counts.push(await step('lint and format', 'npx', ['biome', 'check', '.']))
  counts.push(await vitest('architecture, unit and database tests', []))
  return counts
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const { passed, failed, skipped } = total(await check())
  process.stdout.write(`${passed} passed, ${failed} failed, ${skipped} skipped\n`)
  process.exitCode = failed === 0 ? 0 : 1
}

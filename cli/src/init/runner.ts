/** The first runner: its own folder with configuration, key, chain and journal, to be moved to its machine whole. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Digest } from '@countersign/core/kernel/digest'
import type { RunnerConfig } from '@countersign/core/runner/config'
import type { TrustVersion } from '@countersign/core/trust/chain'
import { readRunnerConfig } from '@countersign/language/config/runner'
import { failed } from '../exit.ts'
import { FILES } from '../folder/layout.ts'
import { completeRunner } from './complete-runner.ts'
import type { Ledger } from './ledger.ts'
import { json } from './publications.ts'
import { type RunnerFile, runnerYaml } from './templates.ts'

export type RunnerPlaces = { id: string; state: string; tokenFile: string; chain: string }

/** Before the genesis: where the key goes and what the runner is called, by its runner.yaml if there is one. */
export function placesOf(dir: string, wanted: string | null): RunnerPlaces {
  const config = readExisting(dir)
  const folder = resolve(dir, FILES.runner)
  if (config === null)
    return {
      id: wanted ?? 'runner-1',
      state: folder,
      tokenFile: join(folder, 'token'),
      chain: join(folder, 'genesis.json'),
    }
  if (wanted !== null && wanted !== config.id)
    throw failed(
      `${FILES.runnerConfig} is of runner "${config.id}", --runner says "${wanted}"`,
      'make them agree',
    )
  return { id: config.id, state: config.state, tokenFile: config.server.tokenFile, chain: config.trust.chain }
}

function readExisting(dir: string): RunnerConfig | null {
  const file = resolve(dir, FILES.runnerConfig)
  if (!existsSync(file)) return null
  const read = readRunnerConfig(file, readFileSync(file, 'utf8'))
  if ('value' in read) return read.value
  const [first] = read.problems
  throw failed(`${file}:${first?.line}:${first?.column}: ${first?.message}`, first?.hint ?? 'mend the file')
}

export async function makeRunnerKey(places: RunnerPlaces, ledger: Ledger): Promise<string> {
  const { keyFileOf } = await import('@countersign/runner/keys')
  const { prepareKey } = await import('@countersign/runner/enrol')
  const isThere = existsSync(keyFileOf(places.state))
  const { publicKey } = prepareKey(places.state)
  const what = 'key of the runner; never leaves it'
  ledger.note({ file: keyFileOf(places.state), state: isThere ? 'kept' : 'written', what })
  return publicKey
}

export type Enrolling = {
  dir: string
  ledger: Ledger
  places: RunnerPlaces
  genesis: TrustVersion
  site: Digest
  runbooks: Readonly<Record<string, Digest>>
  file: Omit<RunnerFile, 'id' | 'genesis'>
  now: number
}

/** Configuration with the pin, the chain, and the journal under that pin. */
export async function enrol({
  dir,
  ledger,
  places,
  genesis,
  site,
  runbooks,
  file,
  now,
}: Enrolling): Promise<void> {
  const path = join(dir, FILES.runnerConfig)
  if (existsSync(path)) complete(path, ledger, site, runbooks)
  else
    ledger.put(FILES.runnerConfig, 'what the runner owns and may do', () =>
      runnerYaml({ ...file, id: places.id, genesis: site }),
    )
  const pinned = readExisting(dir)?.trust.genesis
  if (pinned !== site)
    throw failed(
      `${FILES.runnerConfig} pins genesis ${pinned}, trust/1 is ${site}`,
      'sixty-four zeros there are filled in by init',
    )
  ledger.put(places.chain, 'the runner’s own copy of trust/1', () => json([genesis]))
  const { journalFileOf } = await import('@countersign/runner/journal/journal')
  const { enrolRunner } = await import('@countersign/runner/enrol')
  const journal = journalFileOf(places.state)
  const isThere = existsSync(journal)
  if (!isThere) enrolRunner({ state: places.state, runner: places.id, genesis: site, now })
  ledger.note({
    file: journal,
    state: isThere ? 'kept' : 'written',
    what: 'journal of the runner, begun under this genesis',
  })
}

function complete(
  path: string,
  ledger: Ledger,
  site: Digest,
  runbooks: Readonly<Record<string, Digest>>,
): void {
  const text = readFileSync(path, 'utf8')
  const completed = completeRunner(text, site, runbooks)
  if (completed !== text) writeFileSync(path, completed)
  ledger.note({
    file: FILES.runnerConfig,
    state: completed === text ? 'kept' : 'completed',
    what: completed === text ? 'what the runner owns and may do' : 'digests in the place of zeros',
  })
}

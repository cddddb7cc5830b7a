/** The order of init: what others rest on comes first, so that a run that was cut off is completed by the next. */
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { Digest } from '@countersign/core/kernel/digest'
import type { Json } from '@countersign/core/kernel/json'
import type { Trust, TrustVersion } from '@countersign/core/trust/chain'
import { digestOf } from '@countersign/crypto/digest-of'
import { createMachineKey, type MachineSigner, readMachineKey } from '@countersign/crypto/machine-key'
import { readCatalogue } from '@countersign/language/catalogue/read'
import { readServerConfig, type ServerConfig } from '@countersign/language/config/server'
import { readPolicy } from '@countersign/language/policy/read'
import { failed, usage } from '../exit.ts'
import { checkDir } from '../folder/check-dir.ts'
import { FILES } from '../folder/layout.ts'
import { SHIPPED } from '../folder/shipped.ts'
import { signerOf } from '../signing/who.ts'
import { verified } from '../trust/pinned.ts'
import { digestOfTrust, makeGenesis } from './genesis.ts'
import { type Ledger, openLedger, type Row } from './ledger.ts'
import type { FirstPerson } from './people.ts'
import { copyTexts, json, publishTexts, unfit } from './publications.ts'
import { enrol, makeRunnerKey, placesOf } from './runner.ts'
import { catalogueYaml, configYaml, EXAMPLE_TARGET, peopleYaml } from './templates.ts'
import { firstTokens, writeTokens } from './tokens.ts'

export type Wish = {
  dir: string
  name: string | null
  people: FirstPerson[]
  policies: string | null
  runbooks: string | null
  runner: string | null
  agent: string | null
  port: number
  validFor: number
  now: number
}

export type Made = {
  rows: Row[]
  site: Digest
  onePerson: boolean
  people: string[]
  runner: string
  problems: string[]
}

export async function initialise(wish: Wish): Promise<Made> {
  const { dir, people, now } = wish
  if (people.length === 0 && !existsSync(join(dir, FILES.genesis)))
    throw usage(
      'nobody is there to make the first trust version',
      'name at least one --person ID=ROLE[,ROLE]:KEYFILE',
    )
  const ledger = openLedger(dir)
  const config = ensureConfig(wish, ledger)
  const places = placesOf(dir, wish.runner)
  const keys = { grant: machineKey(config.keys.grant, ledger), log: machineKey(config.keys.log, ledger) }
  const runnerKey = await makeRunnerKey(places, ledger)
  const genesis = ensureGenesis(wish, ledger, () =>
    makeGenesis(
      config.name,
      people,
      {
        runner: { id: places.id, key: runnerKey },
        grant: keys.grant.publicKey,
        log: keys.log.publicKey,
        logName: config.log.name,
      },
      now,
      wish.validFor,
    ),
  )
  const site = digestOfTrust(genesis.body)
  const trust = verified([genesis as unknown as Json], site)
  const runbooks = publishAll(wish, ledger, trust, config)
  ensureTexts(wish, ledger)
  const url = `http://${config.listen.host}:${config.listen.port}`
  const operator = trust.body.people[0]?.id ?? 'operator'
  const wanted = firstTokens(operator, places.id, places.tokenFile, wish.agent)
  writeTokens(dir, ledger, wanted, now + wish.validFor)
  const file = { url, target: firstTarget(dir) }
  await enrol({ dir, ledger, places, genesis, site, runbooks, file, now })
  ledger.put(FILES.cli, 'server, pin and token of this command', () =>
    json({ url, site, tokenFile: `${FILES.secrets}/cli.token` }),
  )
  return {
    rows: ledger.rows,
    site,
    onePerson: trust.body.onePerson,
    people: trust.body.people.map(({ id }) => id),
    runner: places.id,
    problems: checkDir(dir).map(
      ({ file: at, line, column, message }) => `${at}:${line}:${column}: ${message}`,
    ),
  }
}

function ensureConfig({ dir, name, port }: Wish, ledger: Ledger): ServerConfig {
  const chosen =
    name ??
    (basename(dir)
      .toLowerCase()
      .replace(/[^a-z0-9.-]+/g, '-')
      .replace(/^[-.]+|[-.]+$/g, '') ||
      'countersign')
  if (!/^[a-z0-9][a-z0-9.-]{0,62}$/.test(chosen))
    throw usage(`"${chosen}" is not a name of a site`, 'write a name of yours that stays: ops.example.org')
  ledger.put(FILES.config, 'the control plane', () => configYaml(chosen, port))
  const file = join(dir, FILES.config)
  const read = readServerConfig(file, readFileSync(file, 'utf8'))
  if ('value' in read) return read.value
  const [first] = read.problems
  throw failed(`${file}:${first?.line}:${first?.column}: ${first?.message}`, first?.hint ?? 'mend the file')
}

function machineKey(file: string, ledger: Ledger): MachineSigner {
  const isThere = existsSync(file)
  mkdirSync(join(file, '..'), { recursive: true, mode: 0o700 })
  const signer = isThere ? readMachineKey(file) : createMachineKey(file)
  ledger.note({ file, state: isThere ? 'kept' : 'written', what: 'key of the control plane itself' })
  return signer
}

function ensureGenesis({ dir, people }: Wish, ledger: Ledger, make: () => TrustVersion): TrustVersion {
  const what = `people, keys and roles, signed by ${people.map(({ id }) => id).join(', ') || 'those who made it'}`
  ledger.put(FILES.genesis, what, () => json(make()))
  try {
    return JSON.parse(readFileSync(join(dir, FILES.genesis), 'utf8')) as TrustVersion
  } catch (cause) {
    throw failed(`${FILES.genesis} is not JSON`, 'restore it: everything hangs from it', cause)
  }
}

function publishAll(wish: Wish, ledger: Ledger, trust: Trust, config: ServerConfig): Record<string, Digest> {
  const { dir, people, now } = wish
  const fits = unfit(config.sources.map(({ id }) => id))
  copyTexts(ledger, wish.policies ?? SHIPPED.policies, FILES.policies, () => null)
  copyTexts(
    ledger,
    wish.runbooks ?? SHIPPED.runbooks,
    FILES.runbooks,
    wish.runbooks === null ? fits : () => null,
  )
  const signers = people.map(({ id, key }) =>
    signerOf(trust, key, { person: id, role: null, wanted: ['governance'] }, now),
  )
  const publishing = { dir, ledger, signers, site: trust.site, now }
  publishTexts(publishing, 'policy', FILES.policies)
  return publishTexts(publishing, 'runbook', FILES.runbooks)
}

function ensureTexts({ dir, people }: Wish, ledger: Ledger): void {
  const hasCatalogue =
    existsSync(join(dir, FILES.catalogue)) &&
    readdirSync(join(dir, FILES.catalogue)).some((name) => name.endsWith('.yaml'))
  if (hasCatalogue)
    ledger.note({ file: `${FILES.catalogue}/`, state: 'kept', what: 'services and their members' })
  else ledger.put(`${FILES.catalogue}/example.yaml`, 'an example; put your services here', catalogueYaml)
  if (people.length > 0 || existsSync(join(dir, FILES.people)))
    ledger.put(FILES.people, 'names, and who is on call', () => peopleYaml(people, ladderOf(dir)))
}

function ladderOf(dir: string): string[] {
  const file = join(dir, FILES.policies, 'default.yaml')
  if (!existsSync(file)) return ['sre']
  const read = readPolicy(file, readFileSync(file, 'utf8'), digestOf)
  return 'value' in read ? [...new Set(read.value.ladder.map(({ role }) => role))] : ['sre']
}

/** The target that an example of a runner.yaml names: one of the catalogue, so that the files agree. */
function firstTarget(dir: string): typeof EXAMPLE_TARGET {
  for (const name of readdirSync(join(dir, FILES.catalogue))
    .filter((one) => one.endsWith('.yaml'))
    .sort()) {
    const read = readCatalogue(name, readFileSync(join(dir, FILES.catalogue, name), 'utf8'))
    const service = 'value' in read ? read.value.services[0] : undefined
    const target = service?.targets[0]
    if (service !== undefined && target !== undefined)
      return { id: target.id, service: service.id, region: target.region, address: target.address }
  }
  return EXAMPLE_TARGET
}

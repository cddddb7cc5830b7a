/** Where things lie in a folder of Countersign, and what its `cli.json` says. */
import { existsSync, readFileSync } from 'node:fs'
import { isAbsolute, join } from 'node:path'
import { type Digest, isDigest } from '@countersign/core/kernel/digest'
import { failed } from '../exit.ts'

export const FILES = {
  config: 'countersign.yaml',
  people: 'people.yaml',
  tokens: 'tokens.yaml',
  cli: 'cli.json',
  trust: 'trust',
  genesis: 'trust/1.json',
  policies: 'policies',
  runbooks: 'runbooks',
  catalogue: 'catalogue',
  secrets: 'secrets',
  grantKey: 'keys/grant.key',
  logKey: 'keys/log.key',
  runner: 'runner',
  runnerConfig: 'runner/runner.yaml',
  runnerKey: 'runner/runner.key',
  runnerToken: 'runner/token',
  runnerGenesis: 'runner/genesis.json',
} as const

/** `site` is the pin: the digest of the genesis that all trust hangs from. */
export type CliConfig = { url: string; site: Digest; tokenFile: string }

export function readCliConfig(dir: string): CliConfig {
  const file = join(dir, FILES.cli)
  const hint = 'name the folder with --dir or $COUNTERSIGN_DIR, or make one with `countersign init`'
  if (!existsSync(file)) throw failed(`there is no ${FILES.cli} in "${dir}"`, hint)
  let value: Partial<CliConfig>
  try {
    value = JSON.parse(readFileSync(file, 'utf8')) as Partial<CliConfig>
  } catch (cause) {
    throw failed(`${file} is not JSON`, 'mend it, or make it anew with `countersign init`', cause)
  }
  const { url, site, tokenFile } = value
  if (typeof url !== 'string' || typeof tokenFile !== 'string' || typeof site !== 'string' || !isDigest(site))
    throw failed(`${file} needs "url", "site" (sha256:...) and "tokenFile"`, hint)
  return { url, site, tokenFile: isAbsolute(tokenFile) ? tokenFile : join(dir, tokenFile) }
}

export function readToken(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim()
  } catch (cause) {
    throw failed(`the token in "${file}" cannot be read`, 'make one with `countersign token add`', cause)
  }
}

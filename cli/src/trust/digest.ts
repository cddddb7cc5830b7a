/** The digest of a genesis: what people compare by voice, and what runners and auditors pin. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Json } from '@countersign/core/kernel/json'
import { readTrustVersion } from '@countersign/core/trust/read-chain'
import { digestOf } from '@countersign/crypto/digest-of'
import type { Command } from '../command.ts'
import { EXIT, failed } from '../exit.ts'
import { FILES } from '../folder/layout.ts'
import { verified } from './pinned.ts'

export const command: Command = {
  words: ['[FILE]'],
  options: {},
  examples: ['countersign trust digest trust/1.json'],
  async run(given, terminal) {
    const file = given.words[0] ?? join(given.dir, FILES.genesis)
    const read = readTrustVersion(readVersion(file))
    if ('refused' in read)
      throw failed(`${file}: ${read.refused}`, 'name the file of a trust version: trust/1.json')
    const { body } = read.version
    const digest = digestOf('countersign/trust/v1', body as unknown as Json)
    if (body.version === 1) verified([read.version as unknown as Json], digest)
    terminal.show(digest)
    terminal.result({ digest, version: body.version, name: body.name })
    return EXIT.done
  },
}

/** Also from a list of versions, as a runner keeps it: the first counts. */
function readVersion(file: string): Json {
  try {
    const value = JSON.parse(readFileSync(file, 'utf8')) as Json
    return Array.isArray(value) ? (value[0] ?? null) : value
  } catch (cause) {
    throw failed(`"${file}" cannot be read as JSON`, 'name the file of a trust version: trust/1.json', cause)
  }
}

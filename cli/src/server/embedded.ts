/** The embedded database of a folder, for backup and restore; a database of one's own has tools of its own. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readServerConfig } from '@countersign/language/config/server'
import { failed } from '../exit.ts'
import { FILES } from '../folder/layout.ts'

/** The data folder. Throws where the folder uses another database. */
export function dataDirOf(dir: string): string {
  const file = join(dir, FILES.config)
  if (!existsSync(file)) throw failed(`there is no ${FILES.config} in "${dir}"`, 'name the folder with --dir')
  const read = readServerConfig(file, readFileSync(file, 'utf8'))
  if ('problems' in read) throw failed(`${file} does not check`, 'see `countersign check`')
  const { database } = read.value
  if ('url' in database || process.env['DATABASE_URL'])
    throw failed(
      'the database is one of your own, not the embedded one',
      'back it up with the tools of its cluster (pg_basebackup)',
    )
  return database.dataDir
}

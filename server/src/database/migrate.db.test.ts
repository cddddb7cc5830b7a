import { cpSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { MIGRATIONS, migrate, readMigrations, schemaProblem } from './migrate.ts'
import { openPool } from './pool.ts'
import { testDatabase, testFolder } from './testing.ts'

const migration = (number: number, checksum = 'c', minReader = 1) => ({
  number,
  name: `000${number}-x.sql`,
  sql: '',
  checksum,
  minReader,
})
const applied = (number: number, checksum = 'c', min_reader = 1) => ({
  number,
  name: `000${number}-x.sql`,
  checksum,
  min_reader,
})

test.each([
  { name: 'the same on both sides', known: [migration(1)], rows: [applied(1)], problem: null },
  {
    name: 'a newer schema that older servers may use',
    known: [migration(1)],
    rows: [applied(1), applied(2)],
    problem: null,
  },
  {
    name: 'a newer schema that they may not use',
    known: [migration(1)],
    rows: [applied(1), applied(2, 'c', 2)],
    problem:
      'migration 0002-x.sql in the database needs a server that knows migration 2, this one knows up to 1',
  },
  {
    name: 'another text under a known number',
    known: [migration(1)],
    rows: [applied(1, 'd')],
    problem: 'migration 0001-x.sql was applied in another form',
  },
])('$name', ({ known, rows, problem }) => {
  const found = schemaProblem(known, rows)
  if (problem === null) expect(found).toBeNull()
  else expect(found).toContain(problem)
})

test('servers that start at once apply each migration once; a second start applies none', async () => {
  const { pool, url, stop } = await testDatabase({ migrated: false })
  const other = openPool(url)
  const [one, two] = await Promise.all([migrate(pool), migrate(other)])
  expect([...one, ...two].sort()).toEqual(readMigrations(MIGRATIONS).map(({ name }) => name))
  expect(await migrate(pool)).toEqual([])
  await other.end()
  await stop()
})

test('a migration that fails leaves nothing behind, and says which it was', async () => {
  const { pool, stop } = await testDatabase({ migrated: false })
  const folder = join(testFolder(), 'migrations')
  mkdirSync(folder)
  cpSync(join(MIGRATIONS, '0001-streams.sql'), join(folder, '0001-streams.sql'))
  writeFileSync(join(folder, '0002-bad.sql'), '-- min-reader: 1\ncreate table half (i int);\nselect 1 / 0;')
  await expect(migrate(pool, folder)).rejects.toThrow(
    'failed to apply migration 0002-bad.sql: division by zero',
  )
  expect((await pool.query("select to_regclass('half') as t, to_regclass('stream') as s")).rows).toEqual([
    { t: null, s: 'stream' },
  ])
  writeFileSync(join(folder, '0002-bad.sql'), 'create table half (i int)')
  expect(await migrate(pool, folder)).toEqual(['0002-bad.sql'])
  // The older server knows only the first; the second does not say that it may go on.
  const older = join(testFolder(), 'older')
  mkdirSync(older)
  cpSync(join(MIGRATIONS, '0001-streams.sql'), join(older, '0001-streams.sql'))
  await expect(migrate(pool, older)).rejects.toThrow('upgrade this server')
  await stop()
})

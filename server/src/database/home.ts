/**
 * Where the embedded database lives. Everything lies in the given folder, except where the user that PostgreSQL runs
 * as may not enter it (a checkout under root's home), or where a socket path would be too long.
 */
import { createHash, randomBytes } from 'node:crypto'
import * as fs from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { mayEnter, type ServerUser, serverUser } from './server-user.ts'

export type Home = {
  user: ServerUser
  /** Holds the data directory, and programs where they had to be copied. */
  store: string
  pgdata: string
  sockets: string
  log: string
  passwordFile: string
}

/** A socket's whole path must stay below 100 bytes (sun_path holds 104 on some systems, 108 on Linux). */
const MAX_SOCKET_PATH = 100
const SOCKET_NAME = '/.s.PGSQL.5432'

/** Makes the folders. `elsewhere`: the parent of stores that cannot lie in `dataDir`. */
export function makeHome(dataDir: string, elsewhere: string, log: (text: string) => void): Home {
  fs.mkdirSync(dataDir, { recursive: true, mode: 0o711 })
  const link = join(fs.realpathSync(dataDir), 'pgdata')
  const existing = fs.existsSync(link) ? fs.realpathSync(link) : null
  const user = serverUser(existing === null ? null : fs.statSync(existing))
  const store = existing === null ? chooseStore(link, elsewhere, user, log) : dirname(existing)
  return {
    user,
    store,
    pgdata: join(store, 'pgdata'),
    sockets: makeSockets(store, user),
    log: join(store, 'postgres.log'),
    passwordFile: join(dirname(link), 'password'),
  }
}

function chooseStore(link: string, elsewhere: string, user: ServerUser, log: (text: string) => void): string {
  const dataDir = dirname(link)
  if (mayEnter(dataDir, user)) return dataDir
  const store = join(elsewhere, shortDigest(dataDir))
  fs.mkdirSync(store, { recursive: true, mode: 0o711 })
  fs.rmSync(link, { force: true })
  fs.symlinkSync(join(store, 'pgdata'), link)
  log(
    `user ${user.name} may not enter ${dataDir}: the database lives in ${store}, linked from ${basename(link)}`,
  )
  return store
}

function makeSockets(store: string, user: ServerUser): string {
  const near = join(store, 'sockets')
  const fits = Buffer.byteLength(near + SOCKET_NAME) < MAX_SOCKET_PATH
  const folder = fits ? near : join(temporary(user), `countersign-${shortDigest(store)}`)
  fs.mkdirSync(folder, { recursive: true, mode: 0o700 })
  const stats = fs.lstatSync(folder)
  const mine = process.getuid?.() ?? user.uid
  if (!stats.isDirectory() || (stats.uid !== mine && stats.uid !== user.uid))
    throw new Error(
      `expected ${folder} to be a folder of ${user.name}, got one of uid ${stats.uid}; remove it`,
    )
  fs.chmodSync(folder, 0o700)
  if (mine === 0) fs.chownSync(folder, user.uid, user.gid)
  return folder
}

function temporary(user: ServerUser): string {
  return tmpdir().length < 40 && mayEnter(tmpdir(), user) ? tmpdir() : '/tmp'
}

function shortDigest(path: string): string {
  return createHash('sha256').update(path).digest('hex').slice(0, 12)
}

/** The superuser's password; made on the first call, kept in a file that only its owner reads. */
export function readPassword(home: Home): string {
  try {
    return fs.readFileSync(home.passwordFile, 'utf8').trim()
  } catch {
    if (fs.existsSync(home.pgdata))
      throw new Error(`the database in ${home.pgdata} has lost its password file ${home.passwordFile}`)
  }
  const password = randomBytes(24).toString('base64url')
  fs.writeFileSync(home.passwordFile, `${password}\n`, { mode: 0o600, flag: 'wx', flush: true })
  return password
}

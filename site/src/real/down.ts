/** Takes the real site down: ends what `up` recorded, undoes its mounts, groups and namespaces, and proves that nothing is left. */
import { readFileSync } from 'node:fs'
import { SiteFault } from '../fault-of-site.ts'
import { endAll, isAlive, readPids, startTime } from '../pid-record.ts'
import { run } from '../run.ts'
import { type Begun, clearState, type Paths, pathsIn } from '../state-dir.ts'
import { groupFolders, pidsInGroup, removeGroup } from './cgroup.ts'
import { mountName } from './host.ts'
import { HOSTS } from './layout.ts'
import { isNamespace, namespaces, pidsInSeat, removeNetwork } from './network.ts'

export const groups = (prefix: string): string[] => [
  ...HOSTS.map(({ name }) => `${prefix}-${name}`),
  `${prefix}-ctl`,
]

/** Returns the pids that somebody else still runs in the product's seat; they are left alone. */
export async function downReal(dir: string, begun: Begun, keepLogs: boolean): Promise<number[]> {
  const paths = pathsIn(dir)
  const { prefix } = begun
  await endAll(readPids(paths.pids), 8000)
  // only descendants of what `up` started can be in its groups: this ends them also when their parent was killed first
  const inside = groups(prefix).flatMap(pidsInGroup)
  await endAll(
    inside.map((pid) => ({ name: 'group', pid, start: startTime(pid) ?? 'gone' })),
    200,
  )
  await unmountAll(paths, prefix)
  const strangers = await pidsInSeat(prefix)
  for (const name of groups(prefix)) removeGroup(name)
  await removeNetwork(prefix, begun.madeNamespaceFolder === true)
  const left = leftovers(paths, prefix)
  if (left.length > 0) {
    throw new SiteFault(`left behind: ${left.join('; ')}`, {
      hint: 'end what uses them, then run down again',
    })
  }
  clearState(dir, { keepLogs })
  return strangers
}

/** Everything of this site that the kernel still holds: an empty list after `down`. */
export function leftovers(paths: Paths, prefix: string): string[] {
  const processes = readPids(paths.pids).filter(isAlive)
  const folders = groups(prefix).flatMap((name) => (pidsInGroup(name).length > 0 ? groupFolders(name) : []))
  return [
    ...processes.map(({ name, pid }) => `process ${pid} (${name})`),
    ...mounts(prefix).map((path) => `mount ${path}`),
    ...namespaces(prefix)
      .filter(isNamespace)
      .map((name) => `namespace ${name}`),
    ...folders.map((folder) => `group ${folder}`),
  ]
}

/** Mount points of the site with this prefix, innermost last. */
export function mounts(prefix: string): string[] {
  return mountsIn(readFileSync('/proc/self/mounts', 'utf8'), mountName(prefix))
}

/** Paths that one source is mounted on; `/proc` writes blanks in paths as octal. */
export function mountsIn(table: string, source: string): string[] {
  const rows = table.split('\n').map((line) => line.split(' '))
  const paths = rows.filter(([from]) => from === source).map(([, path]) => path ?? '')
  return paths.map((path) =>
    path.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(parseInt(octal, 8))),
  )
}

async function unmountAll(paths: Paths, prefix: string): Promise<void> {
  const ours = mounts(prefix).filter((path) => path === paths.tmpfs || path.startsWith(`${paths.tmpfs}/`))
  for (const path of ours.reverse()) {
    const plain = await run('umount', [path])
    if (plain.code !== 0) await run('umount', ['-l', path])
  }
}

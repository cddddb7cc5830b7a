/** One network namespace per host around a bridge in a namespace of its own: no address of the site is reachable outside. */
import { existsSync, readdirSync, rmdirSync } from 'node:fs'
import { must, run } from '../run.ts'
import { HOSTS, SEAT } from './layout.ts'

/** Seat first, then the hosts, then the switch they hang on. */
export function namespaces(prefix: string): string[] {
  return [`${prefix}-ctl`, ...HOSTS.map((host) => `${prefix}-${host.name}`), `${prefix}-sw`]
}

const FOLDER = '/run/netns'

export const isNamespace = (name: string): boolean => existsSync(`${FOLDER}/${name}`)

/** Whether this machine has had named namespaces before: if not, their folder is ours to remove. */
export const hasNamespaceFolder = (): boolean => existsSync(FOLDER)

export async function makeNetwork(prefix: string): Promise<void> {
  const names = namespaces(prefix)
  for (const name of names) await must('ip', ['netns', 'add', name])
  const bridge = `${prefix}-sw`
  const seats = [{ name: 'ctl', address: SEAT }, ...HOSTS]
  const cables = seats.flatMap(({ name }) => [
    `link add v-${name} type veth peer name eth0 netns ${prefix}-${name}`,
    `link set v-${name} master br0 up`,
  ])
  const lines = ['link add br0 type bridge', 'link set br0 up', ...cables]
  await must('ip', ['-n', bridge, '-batch', '-'], { input: `${lines.join('\n')}\n` })
  for (const { name, address } of seats) {
    const own = ['link set lo up', `addr add ${address}/24 dev eth0`, 'link set eth0 up']
    await must('ip', ['-n', `${prefix}-${name}`, '-batch', '-'], { input: `${own.join('\n')}\n` })
  }
}

/** Removes the namespaces; with `folderToo` also the folder (a mount point) that `ip` made for them, if it is empty. */
export async function removeNetwork(prefix: string, folderToo: boolean): Promise<void> {
  for (const name of namespaces(prefix)) if (isNamespace(name)) await run('ip', ['netns', 'del', name])
  if (!folderToo || !hasNamespaceFolder() || readdirSync(FOLDER).length > 0) return
  await run('umount', [FOLDER])
  try {
    rmdirSync(FOLDER)
  } catch {
    // in use again by someone else: it stays
  }
}

/** Processes in the product's seat: after `down` has ended its own, these belong to whoever started them. */
export async function pidsInSeat(prefix: string): Promise<number[]> {
  if (!isNamespace(`${prefix}-ctl`)) return []
  const { stdout } = await run('ip', ['netns', 'pids', `${prefix}-ctl`])
  return stdout.split('\n').filter(Boolean).map(Number)
}

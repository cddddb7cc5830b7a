/** For tests: a control group of its own for the test host, on hybrid and on pure v2 systems. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const ROOT = '/sys/fs/cgroup'
const END_MS = 10_000

/** A shell joins the group and is replaced by the program: no process of it is ever outside. */
export const JOIN =
  'for f in $CS_GROUPS; do echo $$ >"$f/cgroup.procs" || exit 1; done; unset CS_GROUPS; exec "$@"'

/** Makes the group; returns its folder in each hierarchy that systemd needs. */
export function groupOf(name: string): string[] {
  const folders = foldersOf(name)
  for (const folder of folders) mkdirSync(folder, { recursive: true })
  return folders
}

/** Ends every process in the group, by pid, and removes it. */
export async function endGroup(name: string): Promise<void> {
  const end = Date.now() + END_MS
  for (let pids = pidsOf(name); pids.length > 0 && Date.now() < end; pids = pidsOf(name)) {
    for (const pid of pids) kill(pid)
    await sleep(50)
  }
  for (const folder of foldersOf(name).flatMap(below).reverse())
    if (existsSync(folder)) tryTo(() => rmdirSync(folder))
}

function foldersOf(name: string): string[] {
  if (existsSync(join(ROOT, 'cgroup.controllers'))) return [join(ROOT, name)]
  const trees = ['systemd', 'unified'].map((tree) => join(ROOT, tree))
  return trees.filter((tree) => existsSync(join(tree, 'cgroup.procs'))).map((tree) => join(tree, name))
}

function below(folder: string): string[] {
  if (!existsSync(folder)) return []
  const children = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory())
  return [folder, ...children.flatMap((entry) => below(join(folder, entry.name)))]
}

function pidsOf(name: string): number[] {
  const files = foldersOf(name)
    .flatMap(below)
    .map((folder) => join(folder, 'cgroup.procs'))
  const texts = files.map((file) => tryTo(() => readFileSync(file, 'utf8')) ?? '')
  return [...new Set(texts.join('\n').split('\n').filter(Boolean).map(Number))].filter((pid) => pid > 1)
}

const kill = (pid: number) => tryTo(() => process.kill(pid, 'SIGKILL'))

function tryTo<T>(work: () => T): T | undefined {
  try {
    return work()
  } catch {
    return undefined
  }
}

/** Gives each host a control group of its own, on a hybrid (v1 with a unified tree) and on a pure v2 system. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync } from 'node:fs'
import { join } from 'node:path'
import { SiteFault } from '../fault-of-site.ts'

const ROOT = '/sys/fs/cgroup'

/** Folders, one in each hierarchy, that make up the group called `name`; pure v2 has one hierarchy, at the root. */
export function groupFolders(name: string, exists: (path: string) => boolean = existsSync): string[] {
  if (exists(join(ROOT, 'cgroup.controllers'))) return [join(ROOT, name)]
  const hierarchies = ['systemd', 'unified'].map((tree) => join(ROOT, tree))
  return hierarchies.filter((tree) => exists(join(tree, 'cgroup.procs'))).map((tree) => join(tree, name))
}

/** Makes the group and returns its folders; a process joins by writing its pid to each `cgroup.procs`. */
export function makeGroup(name: string): string[] {
  const folders = groupFolders(name)
  if (folders.length === 0) throw new SiteFault(`no cgroup hierarchy for systemd below ${ROOT}`)
  try {
    for (const folder of folders) mkdirSync(folder, { recursive: true })
  } catch (cause) {
    throw new SiteFault(`failed to make the control group "${name}"`, {
      hint: `${ROOT} must be writable: inside a container, run it privileged`,
      cause,
    })
  }
  return folders
}

/** Pids in the group and everything below it. */
export function pidsInGroup(name: string): number[] {
  const pids = groupFolders(name).flatMap(treeBelow).flatMap(pidsIn)
  return [...new Set(pids)]
}

/** Removes the empty group with all below it; returns the folders that could not be removed. */
export function removeGroup(name: string): string[] {
  for (const folder of groupFolders(name).flatMap(treeBelow).reverse()) {
    try {
      rmdirSync(folder)
    } catch {
      // still holds a process: reported below
    }
  }
  return groupFolders(name).filter((folder) => existsSync(folder))
}

function treeBelow(folder: string): string[] {
  if (!existsSync(folder)) return []
  const children = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory())
  return [folder, ...children.flatMap((entry) => treeBelow(join(folder, entry.name)))]
}

function pidsIn(folder: string): number[] {
  try {
    return readFileSync(join(folder, 'cgroup.procs'), 'utf8').split('\n').filter(Boolean).map(Number)
  } catch {
    return []
  }
}

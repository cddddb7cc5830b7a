/** Starts a program of the site as a daemon: in its own control group, with its own output, recorded before it can do harm. */
import { spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { SiteFault } from '../fault-of-site.ts'
import { recordPid } from '../pid-record.ts'
import type { Paths } from '../state-dir.ts'
import { makeGroup } from './cgroup.ts'

const JOIN = 'for f in $CS_GROUPS; do echo $$ >"$f/cgroup.procs" || exit 1; done; unset CS_GROUPS; exec "$@"'

/** The recorded pid is that of the program itself: the shell joins the group and is replaced by it. */
export function launch(paths: Paths, name: string, group: string, command: string[], env: object = {}): void {
  const folders = makeGroup(group)
  const log = openSync(join(paths.logs, `${name}.log`), 'a')
  const child = spawn('sh', ['-c', JOIN, 'sh', ...command], {
    cwd: '/',
    detached: true,
    stdio: ['ignore', log, log],
    env: { ...process.env, ...env, CS_GROUPS: folders.join(' ') },
  })
  closeSync(log)
  if (child.pid === undefined) throw new SiteFault(`failed to start "${name}"`)
  recordPid(paths.pids, name, child.pid)
  child.unref()
}

/** Takes the bare site down: the keeper first, which ends its services, then whatever it left when it was killed. */
import { SiteFault } from '../fault-of-site.ts'
import { endAll, readPids } from '../pid-record.ts'
import { clearState, pathsIn } from '../state-dir.ts'

export async function downBare(dir: string, keepLogs: boolean): Promise<void> {
  const { pids } = pathsIn(dir)
  const keeper = readPids(pids).filter(({ name }) => name === 'keeper')
  const left = [...(await endAll(keeper, 8000)), ...(await endAll(readPids(pids), 3000))]
  if (left.length > 0) {
    const names = left.map(({ name, pid }) => `process ${pid} (${name})`)
    throw new SiteFault(`left behind: ${names.join('; ')}`, { hint: 'end them, then run down again' })
  }
  clearState(dir, { keepLogs })
}

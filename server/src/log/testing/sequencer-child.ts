/** A sequencer as a process of its own that kills itself around its commit and its publication. For the crash test. */
import { appendFileSync } from 'node:fs'
import { openPool } from '../../database/pool.ts'
import { startSequencer } from '../sequencer.ts'
import { testKey } from './key.ts'

const [url = '', headFile = '', journal = '', chance = '0'] = process.argv.slice(2)
const die = () => process.kill(process.pid, 'SIGKILL')
const key = testKey()

startSequencer({
  pool: openPool(url, { max: 2 }),
  site: 'crash.test',
  headFile,
  everyMs: 15,
  clock: Date.now,
  log: { info() {}, warn() {} },
  key: {
    publicKey: key.publicKey,
    sign(message) {
      // Signing lies just before the commit: this hits the commit, the head file, or the publication.
      if (Math.random() < Number(chance)) setTimeout(die, Math.random() * 12)
      if (Math.random() < Number(chance) / 3) die()
      return key.sign(message)
    },
  },
  publish({ note }) {
    appendFileSync(journal, `${JSON.stringify(note)}\n`)
    if (Math.random() < Number(chance) / 3) die()
  },
})

// npm test: check, the drivers' conformance against real programs, and the stories on the real site. Installs what the
// last two lack where it may, and names in one line each what it left out where it may not.
import { spawn } from 'node:child_process'
import { check } from './check.mjs'
import { ensurePackages } from './packages.mjs'
import { total, vitest } from './steps.mjs'

/** The stories answer with their counts in the last line; one that was left out counts as skipped. */
function stories() {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ['scripts/e2e.mjs', '--json'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let text = ''
    child.stdout.on('data', (chunk) => {
      text += chunk
      process.stdout.write(chunk)
    })
    child.once('close', () => resolve(read(text)))
  })
}

function read(text) {
  try {
    const { stories } = JSON.parse(text.trimEnd().split('\n').at(-1) ?? '')
    const count = (test) => stories.filter(test).length
    return {
      passed: count(({ passed }) => passed),
      failed:
        count(({ passed, left_out }) => !passed && left_out === undefined) + (stories.length === 0 ? 1 : 0),
      skipped: count(({ left_out }) => left_out !== undefined),
    }
  } catch {
    return { passed: 0, failed: 1, skipped: 0 }
  }
}

const counts = await check()
const { said } = await ensurePackages(
  [
    'bind9',
    'bind9-dnsutils',
    'knot',
    'openssh-client',
    'openssh-server',
    'systemd',
    'systemd-container',
    'dbus',
    'iproute2',
  ],
  'the drivers are tested against the real programs',
)
if (said) process.stderr.write(`${said}\n`)
counts.push(await vitest('conformance of the drivers', ['conformance'], { COUNTERSIGN_CONFORMANCE: '1' }))
counts.push(await stories())
const { passed, failed, skipped } = total(counts)
process.stdout.write(`${passed} passed, ${failed} failed, ${skipped} skipped\n`)
process.exitCode = failed === 0 ? 0 : 1

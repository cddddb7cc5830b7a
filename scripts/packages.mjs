// Installs the Debian packages a part of Countersign lacks: says in one line what and why, starts and enables nothing,
// downloads nothing when all are present, and names what is missing where it may not install.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'

// policy-rc.d answers 101 so that no daemon starts; one that was there before is left as it was, one that a killed run
// of ours left behind is recognised by its mark. Units that the new packages would start at boot are disabled.
const INSTALL = `set -u
P=/usr/sbin/policy-rc.d
if [ ! -e $P ] || grep -qs 'made by countersign' $P; then
  trap 'rm -f $P' EXIT
  trap 'exit 130' INT TERM
  printf '#!/bin/sh\\n# made by countersign, removed after the installation\\nexit 101\\n' >$P && chmod 755 $P
fi
export DEBIAN_FRONTEND=noninteractive
apt-get -o DPkg::Lock::Timeout=300 update -qq || echo 'W: apt-get update failed' >&2
apt-get -o DPkg::Lock::Timeout=300 install -y -qq --no-install-recommends "$@" || exit 1
for p in "$@"; do for u in $(dpkg -L "$p" | grep -E '/systemd/system/[^/]+\\.service$'); do
  grep -qs '^WantedBy=multi-user.target' "$u" && systemctl disable "$(basename "$u")" >/dev/null 2>&1
done; done
exit 0`

/**
 * Makes sure that these Debian packages are installed. Never throws: what could not be installed is in `missing`.
 * @param {string[]} names Debian package names
 * @param {string} why what needs them, as it should stand in the sentence: "the sample site"
 * @returns {Promise<{present: string[], missing: string[], said: string}>} `said` is the line printed to stderr, or ''
 */
export async function ensurePackages(names, why) {
  const before = installed(names)
  const lacking = names.filter((name) => !before.has(name))
  if (lacking.length === 0) return { present: names, missing: [], said: '' }
  const rights = mayInstall()
  if (rights.refused)
    return outcome(names, before, `left out ${lacking.join(', ')} (for ${why}): ${rights.refused}`)
  const plan = `installing ${lacking.length} Debian packages for ${why}: ${lacking.join(', ')}`
  process.stderr.write(`${plan}\n`)
  const [command, ...prefix] = rights.as
  const apt = spawnSync(command, [...prefix, 'sh', '-c', INSTALL, 'sh', ...lacking], {
    encoding: 'utf8',
    timeout: 900_000,
    maxBuffer: 1 << 26,
  })
  const after = installed(names)
  if (names.every((name) => after.has(name))) return { present: names, missing: [], said: plan }
  const left = names.filter((name) => !after.has(name))
  return outcome(names, after, `could not install ${left.join(', ')} (for ${why}): ${reason(apt)}`)
}

function outcome(names, have, said) {
  process.stderr.write(`${said}\n`)
  const present = names.filter((name) => have.has(name))
  return { present, missing: names.filter((name) => !have.has(name)), said }
}

function reason(apt) {
  const lines = (apt.stderr ?? '').split('\n').filter((line) => line.startsWith('E: '))
  return lines[0]?.slice(3) ?? apt.error?.message ?? `apt-get ended with ${apt.status}`
}

function installed(names) {
  // exit 1 only says that some name is unknown; the others are printed all the same
  // biome-ignore lint/suspicious/noTemplateCurlyInString: dpkg-query's own placeholders
  const query = spawnSync('dpkg-query', ['-W', '-f=${Package} ${db:Status-Status}\\n', ...names], {
    encoding: 'utf8',
  })
  const lines = (query.stdout ?? '').split('\n').map((line) => line.split(' '))
  return new Set(lines.filter(([, status]) => status === 'installed').map(([name]) => name))
}

function mayInstall() {
  if (!existsSync('/usr/bin/apt-get') || !isDebian()) return { refused: 'not a Debian system with apt-get' }
  if (process.getuid?.() === 0) return { as: ['env'] }
  if (spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' }).status === 0) return { as: ['sudo', '-n'] }
  return { refused: 'neither root nor passwordless sudo' }
}

function isDebian() {
  try {
    return /^ID(_LIKE)?=.*debian/m.test(readFileSync('/etc/os-release', 'utf8'))
  } catch {
    return false
  }
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const names = process.argv.slice(2)
  if (names.length === 0) {
    process.stderr.write('usage: node scripts/packages.mjs PACKAGE...\n')
    process.exit(2)
  }
  const { missing } = await ensurePackages(names, 'the packages asked for')
  process.exit(missing.length === 0 ? 0 : 1)
}

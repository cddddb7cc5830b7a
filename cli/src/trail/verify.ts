/** Verifies an export offline. No findings is the only "yes". */
import { join } from 'node:path'
import type { Command } from '../command.ts'
import { EXIT, usage } from '../exit.ts'
import { FILES } from '../folder/layout.ts'
import { columns } from '../terminal/table.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { readAuditor } from './auditor.ts'
import { type Verdict, verifyFile } from './verify-file.ts'

const SHOWN = 50

export const command: Command = {
  words: ['FILE'],
  options: {
    trust: {
      value: 'FILE',
      says: 'trust chain or auditor’s settings, obtained elsewhere (default: trust/1.json)',
    },
    'accept-rewind': {
      value: 'N',
      says: 'an incarnation whose loss of entries people explained',
      many: true,
    },
  },
  examples: ['countersign trail verify trail.ndjson --trust trust/1.json'],
  async run(given, terminal) {
    const auditor = readAuditor(given.text('trust') ?? join(given.dir, FILES.genesis))
    const accepted = given.list('accept-rewind').map((text) => {
      if (!/^[1-9][0-9]*$/.test(text)) throw usage(`"${text}" is not an incarnation`, 'write a number from 2')
      return Number(text)
    })
    const acceptedRewinds = [...(auditor.trust.acceptedRewinds ?? []), ...accepted]
    const trust = { ...auditor.trust, acceptedRewinds }
    const verdict = await verifyFile(given.word(0), { ...auditor, trust })
    const { findings, leftOut, report } = verdict
    const verified = findings.length === 0 && leftOut === 0
    show(verdict, verified, terminal)
    const head =
      report.head === null ? null : { ...report.head, root: Buffer.from(report.head.root).toString('base64') }
    terminal.result({
      verified,
      findings,
      entries: report.leaves,
      streams: report.streams,
      checkpoints: report.checkpoints,
      head,
      leftOut,
    })
    return verified ? EXIT.done : EXIT.found
  },
}

function show({ findings, leftOut, report }: Verdict, verified: boolean, terminal: Terminal): void {
  const counts = `${report.leaves} entries in ${report.streams} streams under ${report.checkpoints} checkpoints`
  if (verified) {
    terminal.show(terminal.colour('green', `verified: ${counts}`))
    if (report.head !== null)
      terminal.show(
        `head: size ${report.head.size} of ${report.head.origin}, ${Buffer.from(report.head.root).toString('base64')}`,
      )
    return
  }
  terminal.show(
    terminal.colour(
      'red',
      `NOT verified: ${findings.length + leftOut} finding${findings.length + leftOut === 1 ? '' : 's'} in ${counts}`,
    ),
  )
  const rows = findings.slice(0, SHOWN).flatMap(({ where, code, means, hint }) => [
    [where, code, means],
    ['', '', `hint: ${hint}`],
  ])
  terminal.show(columns([['WHERE', 'WHAT', 'MEANS'], ...rows]))
  const more = Math.max(0, findings.length - SHOWN) + leftOut
  if (more > 0) terminal.show(`and ${more} more`)
}

/** Every command by its words. Each is loaded only when it is asked for, so that the others cost nothing. */
import type { Command } from './command.ts'

export type Entry = { says: string; load: () => Promise<{ command: Command }> }

export const COMMANDS: Readonly<Record<string, Entry>> = {
  init: {
    says: 'make a working configuration with keys, trust and signed policy',
    load: () => import('./init/command.ts'),
  },
  start: { says: 'run the control plane', load: () => import('./server/start.ts') },
  runner: { says: 'run a runner', load: () => import('./server/runner.ts') },
  check: {
    says: 'check every file of a folder, all errors at once',
    load: () => import('./folder/check.ts'),
  },
  doctor: { says: 'look for what keeps it from working', load: () => import('./server/doctor.ts') },
  'token add': { says: 'make a token', load: () => import('./token/add.ts') },
  'token list': { says: 'who holds which token', load: () => import('./token/list.ts') },
  'token revoke': { says: 'end a token', load: () => import('./token/revoke.ts') },
  'incident list': { says: 'incidents, newest first', load: () => import('./incident/list.ts') },
  'incident show': {
    says: 'one incident: timeline and explanation, also from an export',
    load: () => import('./incident/show.ts'),
  },
  'incident watch': { says: 'one incident while it moves', load: () => import('./incident/watch.ts') },
  'incident take': { says: 'take an incident over (signed)', load: () => import('./incident/take.ts') },
  'incident cause': {
    says: 'record why the repairs did not help (signed)',
    load: () => import('./incident/cause.ts'),
  },
  propose: { says: 'propose a runbook', load: () => import('./proposal/propose.ts') },
  'plan list': { says: 'proposals, newest first', load: () => import('./proposal/list.ts') },
  'plan show': {
    says: 'what exactly would happen, and who still has to sign',
    load: () => import('./proposal/show.ts'),
  },
  approve: { says: 'countersign the exact plan (signed)', load: () => import('./proposal/approve.ts') },
  deny: { says: 'say no, with a reason (signed)', load: () => import('./proposal/deny.ts') },
  abort: {
    says: 'stop what is running, between two steps (signed)',
    load: () => import('./proposal/abort.ts'),
  },
  reverse: { says: 'undo what was done (signed)', load: () => import('./proposal/reverse.ts') },
  take: { says: 'stop the machine and go on by hand (signed)', load: () => import('./proposal/take.ts') },
  hold: {
    says: 'stop new acts: everything, an area, a service, a runbook (signed)',
    load: () => import('./hold/hold.ts'),
  },
  holds: { says: 'holds in force', load: () => import('./hold/list.ts') },
  resume: { says: 'lift a hold (signed)', load: () => import('./hold/resume.ts') },
  'policy check': { says: 'check policy files', load: () => import('./policy/check.ts') },
  'policy decide': { says: 'what a policy says to facts', load: () => import('./policy/decide.ts') },
  'policy publish': { says: 'publish a policy (signed)', load: () => import('./policy/publish.ts') },
  'runbook check': { says: 'check runbook files', load: () => import('./runbook/check.ts') },
  'runbook publish': { says: 'publish a runbook (signed)', load: () => import('./runbook/publish.ts') },
  'trust show': {
    says: 'people, roles and keys, checked against the pin',
    load: () => import('./trust/show.ts'),
  },
  'trust digest': { says: 'the digest of a genesis, to be pinned', load: () => import('./trust/digest.ts') },
  'trail head': { says: 'the newest signed checkpoint', load: () => import('./trail/head.ts') },
  'trail export': { says: 'write the trail to a file', load: () => import('./trail/export.ts') },
  'trail verify': { says: 'verify an export offline', load: () => import('./trail/verify.ts') },
  'trail reincarnate': {
    says: 'go on after a restore, with two signatures',
    load: () => import('./trail/reincarnate.ts'),
  },
  backup: { says: 'write a backup of the database', load: () => import('./server/backup.ts') },
  restore: { says: 'bring a backup back', load: () => import('./server/restore.ts') },
}

/**
 * Audits what an export means, after `trail verify` proved that its entries are the recorded ones: whether every act
 * had its decision, its signatures and its end. Needs the export and one digest that was obtained elsewhere.
 */
import type { Json } from '../kernel/json.ts'
import type { ProposalEvent } from '../proposal/event.ts'
import type { AuditedEntry, AuditMeans, Look, Site } from './entry.ts'
import { type AuditFinding, auditFinding } from './finding.ts'
import { auditApproved, auditGranted } from './grant.ts'
import { type Life, newLife } from './life.ts'
import { auditDecided, auditPlanned, auditProposed } from './plan.ts'
import {
  auditClosed,
  auditDenied,
  auditFinished,
  auditHealth,
  auditInterrupted,
  auditNotStarted,
  auditStarted,
  auditStep,
  auditUndone,
  auditVoided,
} from './run.ts'
import { auditHoldLifted, auditHoldSet, auditPublication, auditReincarnated, auditTrust } from './site.ts'
import type { SiteEvent } from './site-event.ts'

export type Audit = {
  /** Each entry in the order of the log. Never throws: what cannot be read is a finding. */
  entry(entry: AuditedEntry): void
  /** All findings in the order of the log; those of runs without an end last. None is the only "yes". */
  finish(): AuditFinding[]
}

export function createAudit(means: AuditMeans): Audit {
  const findings: AuditFinding[] = []
  const lives = new Map<string, Life>()
  const site = newSite()
  return {
    entry(entry) {
      const where = `${entry.stream}/${entry.seq}`
      const report: Look['report'] = (code, meaning) => findings.push(auditFinding(code, where, meaning))
      try {
        look({ entry, means, site, report }, lives)
      } catch (error) {
        report('ENTRY_UNREADABLE', `the state of "${entry.type}" cannot be read: ${String(error)}`)
      }
    },
    finish() {
      const open = [...lives.values()].flatMap(({ grant, open }) =>
        grant?.started === true && !grant.ended ? [...open, grant] : open,
      )
      const last = open.map(({ id, where }) =>
        auditFinding('EXECUTION_OPEN', where, `grant ${id} was used, and no end of it is recorded`),
      )
      return [...findings, ...last]
    },
  }
}

function newSite(): Site {
  return {
    chain: [],
    trust: null,
    policy: null,
    published: new Map(),
    holds: new Map(),
    nonces: new Map(),
    grants: new Map(),
    granted: new Set(),
  }
}

/** The state is what its type promises, or reading it throws, which is a finding of its own. */
function look(at: Look, lives: Map<string, Life>): void {
  const { entry } = at
  const checkSite = Object.hasOwn(SITE, entry.type) ? SITE[entry.type] : undefined
  const checkLife = Object.hasOwn(LIFE, entry.type) ? LIFE[entry.type] : undefined
  if (checkSite === undefined && checkLife === undefined) return
  const { state } = entry
  if (state === undefined || state === null || typeof state !== 'object' || Array.isArray(state)) {
    at.report('ENTRY_UNREADABLE', `the state of "${entry.type}" is no object`)
    return
  }
  if (checkSite !== undefined) {
    checkSite(state, at)
    return
  }
  const life = lives.get(entry.stream) ?? newLife()
  lives.set(entry.stream, life)
  checkLife?.(state, life, at)
}

type Of<T extends (SiteEvent | ProposalEvent)['type']> = Extract<SiteEvent | ProposalEvent, { type: T }>

const SITE: Readonly<Record<string, (state: Json, look: Look) => void>> = {
  'trust-recorded': (state, look) => auditTrust(look, state),
  'policy-published': (state, look) => auditPublication('policy', as<'policy-published'>(state), look),
  'runbook-published': (state, look) => auditPublication('runbook', as<'runbook-published'>(state), look),
  'hold-set': (state, look) => auditHoldSet(as<'hold-set'>(state), look),
  'hold-lifted': (state, look) => auditHoldLifted(as<'hold-lifted'>(state), look),
  'log-reincarnated': (state, look) => auditReincarnated(as<'log-reincarnated'>(state), look),
}

const LIFE: Readonly<Record<string, (state: Json, life: Life, look: Look) => void>> = {
  proposed: (state, life, look) => auditProposed(as<'proposed'>(state), life, look),
  planned: (state, life, look) => auditPlanned(as<'planned'>(state), life, look),
  decided: (state, life, look) => auditDecided(as<'decided'>(state), life, look),
  approved: (state, life, look) => auditApproved(as<'approved'>(state), life, look),
  granted: (state, life, look) => auditGranted(state as { grant: Json }, life, look),
  'execution-started': (state, life, look) => auditStarted(as<'execution-started'>(state), life, look),
  'step-reported': (state, life, look) => auditStep(as<'step-reported'>(state), life, look),
  'execution-finished': (state, life, look) => auditFinished(as<'execution-finished'>(state), life, look),
  'not-started': (state, life, look) => auditNotStarted(as<'not-started'>(state), life, look),
  denied: (state, life, look) => auditDenied(as<'denied'>(state), life, look),
  'approval-closed': (_state, life) => {
    life.over ??= 'left unanswered'
  },
  interrupted: (state, life, look) => auditInterrupted(as<'interrupted'>(state), life, look),
  voided: (_state, life, look) => auditVoided(life, look),
  observed: (_state, life, look) => auditVoided(life, look),
  'health-judged': (state, life) => auditHealth(as<'health-judged'>(state), life),
  undone: (state, life) => auditUndone(as<'undone'>(state), life),
  closed: (state, life, look) => auditClosed(as<'closed'>(state), life, look),
}

/** A promise of the type alone; what does not keep it throws where it is read. */
function as<T extends (SiteEvent | ProposalEvent)['type']>(state: Json): Of<T> {
  return state as unknown as Of<T>
}

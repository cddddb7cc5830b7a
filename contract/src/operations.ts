/** Every operation of the API, by its id: the one list that routes, client, OpenAPI and commands are made from. */
import { getHealth, watchEvents } from './health.ts'
import { listHolds, resumeHold, setHold } from './hold.ts'
import { getIncident, listIncidents, recordCause, takeIncident } from './incident.ts'
import {
  approveProposal,
  denyProposal,
  getProposal,
  interruptProposal,
  listProposals,
  makeProposal,
} from './proposal.ts'
import { listPublications, publish } from './publication.ts'
import { pollTasks, report } from './runner.ts'
import { receiveAlertmanager } from './signal.ts'
import { exportTrail, getLogHead, reincarnate } from './trail.ts'
import { getTrust } from './trust.ts'

export const OPERATIONS = {
  receiveAlertmanager,
  listIncidents,
  getIncident,
  takeIncident,
  recordCause,
  makeProposal,
  listProposals,
  getProposal,
  approveProposal,
  denyProposal,
  interruptProposal,
  listHolds,
  setHold,
  resumeHold,
  listPublications,
  publish,
  getTrust,
  getLogHead,
  exportTrail,
  reincarnate,
  pollTasks,
  report,
  getHealth,
  watchEvents,
} as const
export type OperationId = keyof typeof OPERATIONS

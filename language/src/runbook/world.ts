/** What exists outside of a runbook: the actions of drivers, the sources, the targets. */

/** What a runbook may refer to. Left out, that part is not checked: the runner knows no sources. */
export type RunbookWorld = {
  /** `<driver>.<action>` names that exist. */
  actions?: readonly string[]
  /** Ids of the sources in countersign.yaml. */
  sources?: readonly string[]
  targets?: readonly string[]
}

/** The actions of the drivers that ship with Countersign. */
export const SHIPPED_ACTIONS = [
  'systemd.restart',
  'systemd.start',
  'systemd.stop',
  'dns.upsert',
  'dns.delete',
  'keeper.restart',
] as const

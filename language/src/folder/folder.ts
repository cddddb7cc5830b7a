/** The files of an installation, read. */
import type { Catalogue } from '@countersign/core/catalogue/catalogue'
import type { Policy } from '@countersign/core/policy/policy'
import type { Runbook } from '@countersign/core/runbook/runbook'
import type { RunnerConfig } from '@countersign/core/runner/config'
import type { ServerConfig } from '../config/server.ts'
import type { People } from '../people/schema.ts'

export type FileText = { path: string; text: string }
export type FileRead<T> = FileText & { value: T }

/** What could be read; files with problems are left out of it. */
export type Folder = {
  server: FileRead<ServerConfig>[]
  runner: FileRead<RunnerConfig>[]
  people: FileRead<People>[]
  catalogue: FileRead<Catalogue>[]
  policy: FileRead<Policy>[]
  runbook: FileRead<Runbook>[]
}

export function targetsIn(folder: Folder): string[] {
  return folder.catalogue.flatMap(({ value }) =>
    value.services.flatMap((one) => one.targets.map(({ id }) => id)),
  )
}

/** Checks all files of an installation together: each on its own, and that what they say of each other exists. */
import type { Digest } from '@countersign/core/kernel/digest'
import { readCatalogue } from '../catalogue/read.ts'
import { readRunnerConfig } from '../config/runner.ts'
import { readServerConfig } from '../config/server.ts'
import { readPeople } from '../people/read.ts'
import { readPolicy } from '../policy/read.ts'
import { byPlace, type Problem, type Read } from '../reading/problem.ts'
import { readRunbook } from '../runbook/read.ts'
import { SHIPPED_ACTIONS } from '../runbook/world.ts'
import { readTokens } from '../tokens/read.ts'
import { checkCross } from './cross.ts'
import { type FileRead, type FileText, type Folder, targetsIn } from './folder.ts'
import { type FileKind, kindOf } from './kind.ts'

/** Checking needs no digest of the policy; whoever loads it gives a real one. */
const NO_DIGEST: Digest = `sha256:${'0'.repeat(64)}`

/** Every problem of every file, in the order of files and lines; empty when all is well. */
export function checkFolder(
  files: readonly FileText[],
  actions: readonly string[] = SHIPPED_ACTIONS,
): Problem[] {
  const problems: Problem[] = []
  const folder: Folder = { server: [], runner: [], people: [], catalogue: [], policy: [], runbook: [] }
  const broken = new Set<FileKind>()
  const sorted = files.map((file) => ({ ...file, kind: kindOf(file.path, file.text) }))
  const read = <T>(kind: FileKind, into: FileRead<T>[], reader: (path: string, text: string) => Read<T>) => {
    for (const { path, text } of sorted.filter((file) => file.kind === kind)) {
      const found = reader(path, text)
      if ('value' in found) into.push({ path, text, value: found.value })
      else {
        problems.push(...found.problems)
        broken.add(kind)
      }
    }
  }
  for (const file of sorted.filter(({ kind }) => kind === null)) problems.push(unknownKind(file.path))
  read('server', folder.server, readServerConfig)
  read('catalogue', folder.catalogue, readCatalogue)
  read('people', folder.people, readPeople)
  read('policy', folder.policy, (path, text) => readPolicy(path, text, () => NO_DIGEST))
  // a file that could not be read may hold what others refer to: then nothing is said about those references
  const world = {
    actions,
    ...known(
      'sources',
      folder.server.flatMap(({ value }) => value.sources.map((one) => one.id)),
      folder.server,
      broken.has('server'),
    ),
    ...known('targets', targetsIn(folder), folder.catalogue, broken.has('catalogue')),
  }
  read('runbook', folder.runbook, (path, text) => readRunbook(path, text, world))
  read('runner', folder.runner, readRunnerConfig)
  read('tokens', [], readTokens)
  problems.push(...checkCross(folder, broken))
  return problems.sort(byPlace)
}

function known(
  key: string,
  ids: string[],
  files: readonly unknown[],
  isBroken: boolean,
): Record<string, string[]> {
  return files.length === 0 || isBroken ? {} : { [key]: ids }
}

function unknownKind(path: string): Problem {
  return {
    file: path,
    line: 1,
    column: 1,
    message: 'nobody knows what kind of file this is',
    hint: 'name it countersign.yaml, runner.yaml or people.yaml, or put it into policies/, runbooks/ or catalogue/',
  }
}

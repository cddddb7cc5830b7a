/** What the files of an installation say of each other: ids are unique over all files, and references lead somewhere. */
import { suggestion } from '../cel/similar.ts'
import { openSource, type Path } from '../reading/document.ts'
import type { Problem } from '../reading/problem.ts'
import { type FileText, type Folder, targetsIn } from './folder.ts'
import type { FileKind } from './kind.ts'

export function checkCross(folder: Folder, broken: ReadonlySet<FileKind>): Problem[] {
  return [
    ...duplicates(
      'runbook',
      folder.runbook.map((file) => ({ ...file, ids: [[file.value.id, ['runbook']]] })),
    ),
    ...duplicates(
      'policy',
      folder.policy.map((file) => ({ ...file, ids: [[file.value.id, ['policy']]] })),
    ),
    ...duplicates(
      'service',
      folder.catalogue.map((file) => ({
        ...file,
        ids: file.value.services.map((one, index) => [one.id, ['services', index, 'id']]),
      })),
    ),
    ...duplicates(
      'owner of target',
      folder.runner.map((file) => ({
        ...file,
        ids: file.value.targets.map((one, index) => [one.id, ['targets', index, 'id']]),
      })),
    ),
    ...(broken.has('catalogue') ? [] : runnersOwnKnownTargets(folder)),
    ...(broken.has('runbook') ? [] : envelopesNameRunbooks(folder)),
    ...(broken.has('people') ? [] : ladderIsOnCall(folder)),
    ...(broken.has('server') ? [] : peopleAreReached(folder)),
  ]
}

type WithIds = FileText & { ids: readonly (readonly [string, Path])[] }

function duplicates(noun: string, files: readonly WithIds[]): Problem[] {
  const first = new Map<string, string>()
  return files.flatMap((file) =>
    file.ids.flatMap(([id, path]) => {
      const other = first.get(id)
      if (other === undefined) first.set(id, file.path)
      // twice in the same file is that file's own problem
      if (other === undefined || other === file.path) return []
      return [
        problemAt(
          file,
          path,
          `a second ${noun} "${id}"`,
          `the first one is in ${other}: rename one or take it out`,
        ),
      ]
    }),
  )
}

function runnersOwnKnownTargets(folder: Folder): Problem[] {
  if (folder.catalogue.length === 0) return []
  const targets = targetsIn(folder)
  const services = folder.catalogue.flatMap(({ value }) => value.services)
  return folder.runner.flatMap((file) =>
    file.value.targets.flatMap((one, index) => {
      const path = ['targets', index]
      if (!targets.includes(one.id))
        return [
          problemAt(
            file,
            [...path, 'id'],
            `the catalogue has no target "${one.id}"`,
            suggestion(one.id, targets),
          ),
        ]
      const home = services.find((service) => service.targets.some(({ id }) => id === one.id))
      if (home === undefined || home.id === one.service) return []
      const message = `target "${one.id}" belongs to service "${home.id}" in the catalogue, got "${one.service}"`
      return [problemAt(file, [...path, 'service'], message, `write ${home.id}`)]
    }),
  )
}

function envelopesNameRunbooks(folder: Folder): Problem[] {
  if (folder.runbook.length === 0) return []
  const runbooks = folder.runbook.map(({ value }) => value.id)
  return folder.runner.flatMap((file) =>
    file.value.unsigned.flatMap(({ runbook }, index) =>
      runbooks.includes(runbook)
        ? []
        : [
            problemAt(
              file,
              ['unsigned', index, 'runbook'],
              `there is no runbook "${runbook}"`,
              suggestion(runbook, runbooks),
            ),
          ],
    ),
  )
}

function ladderIsOnCall(folder: Folder): Problem[] {
  if (folder.people.length === 0) return []
  const roles = folder.people.flatMap(({ value }) => value.onCall.map((one) => one.role))
  return folder.policy.flatMap((file) =>
    file.value.ladder.flatMap(({ role }, index) =>
      roles.includes(role)
        ? []
        : [
            problemAt(
              file,
              ['ladder', index, 'role'],
              `nobody is on call as "${role}" in people.yaml`,
              suggestion(role, roles),
            ),
          ],
    ),
  )
}

function peopleAreReached(folder: Folder): Problem[] {
  if (folder.server.length === 0) return []
  const channels = folder.server.flatMap(({ value }) => value.channels.map((one) => one.id))
  return folder.people.flatMap((file) =>
    file.value.people.flatMap((person, index) =>
      (person.reach ?? []).flatMap(({ channel }, at) =>
        channels.includes(channel)
          ? []
          : [
              problemAt(
                file,
                ['people', index, 'reach', at, 'channel'],
                `there is no channel "${channel}" in countersign.yaml`,
                channels.length === 0 ? 'add it under channels' : suggestion(channel, channels),
              ),
            ],
      ),
    ),
  )
}

function problemAt(file: FileText, path: Path, message: string, hint: string): Problem {
  const opened = openSource(file.path, file.text)
  const place = 'source' in opened ? opened.source.placeOf(path) : { line: 1, column: 1 }
  return { file: file.path, ...place, message, hint }
}

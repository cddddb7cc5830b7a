/** Reads a catalogue file into core's catalogue; what it leaves out becomes unknown, never harmless. */
import type { Catalogue, Service } from '@countersign/core/catalogue/catalogue'
import { suggestion } from '../cel/similar.ts'
import { openSource, type Source } from '../reading/document.ts'
import { byPlace, type Problem, type Read } from '../reading/problem.ts'
import { checkShape } from '../reading/shape.ts'
import { twice } from '../reading/twice.ts'
import { type CatalogueFile, catalogueShape } from './schema.ts'

export function readCatalogue(file: string, text: string): Read<Catalogue> {
  const opened = openSource(file, text)
  if ('problems' in opened) return opened
  const shaped = checkShape(opened.source, catalogueShape)
  if ('problems' in shaped) return { problems: shaped.problems.sort(byPlace) }
  const problems = checkCatalogue(opened.source, shaped.value)
  return problems.length > 0 ? { problems: problems.sort(byPlace) } : { value: build(shaped.value) }
}

function build(file: CatalogueFile): Catalogue {
  return { services: file.services.map(serviceOf), freezes: file.freezes ?? [] }
}

function serviceOf(one: CatalogueFile['services'][number]): Service {
  return {
    id: one.id,
    says: one.says,
    owner: one.owner,
    environment: one.environment ?? 'unknown',
    criticality: one.criticality ?? 'unknown',
    customers: one.customers ?? 'all',
    data: { regulated: one.data?.regulated ?? 'unknown', customer: one.data?.customer ?? 'unknown' },
    dependencies: one.dependencies ?? [],
    floor: one.floor ?? 1,
    peak: one.peak ?? [],
    targets: one.targets,
  }
}

function checkCatalogue(source: Source, file: CatalogueFile): Problem[] {
  const problems: Problem[] = []
  const say = (path: PropertyKey[], message: string, hint: string) =>
    problems.push({ file: source.file, ...source.placeOf(path), message, hint })
  const services = file.services.map((one) => one.id)
  problems.push(...twice(source, 'service', services, (index) => ['services', index, 'id']))
  const targets = file.services.flatMap((one, at) => one.targets.map(({ id }, index) => ({ id, at, index })))
  problems.push(
    ...twice(
      source,
      'target',
      targets.map((one) => one.id),
      (index) => {
        const found = targets[index]
        return ['services', found?.at ?? 0, 'targets', found?.index ?? 0, 'id']
      },
    ),
  )
  for (const [index, one] of file.services.entries()) {
    const path = ['services', index]
    for (const [at, name] of (one.dependencies ?? []).entries())
      if (!services.includes(name))
        say([...path, 'dependencies', at], `there is no service "${name}"`, suggestion(name, services))
    if ((one.floor ?? 1) > one.targets.length)
      say(
        [...path, 'floor'],
        `floor ${one.floor ?? 1} is more than the ${one.targets.length} targets of "${one.id}"`,
        'lower it, or nothing ever runs',
      )
    for (const [at, { from, to }] of (one.peak ?? []).entries())
      if (from === to)
        say(
          [...path, 'peak', at],
          `peak from ${from} to ${to} covers no hour`,
          'write from: 0 and to: 24 for the whole day',
        )
  }
  for (const [index, freeze] of (file.freezes ?? []).entries()) {
    const path = ['freezes', index]
    if (freeze.from >= freeze.to)
      say([...path, 'to'], `freeze "${freeze.id}" ends before it begins`, 'swap from and to')
    for (const [at, name] of freeze.services.entries())
      if (!services.includes(name))
        say([...path, 'services', at], `there is no service "${name}"`, suggestion(name, services))
  }
  problems.push(
    ...twice(
      source,
      'freeze',
      (file.freezes ?? []).map((one) => one.id),
      (index) => ['freezes', index, 'id'],
    ),
  )
  return problems
}

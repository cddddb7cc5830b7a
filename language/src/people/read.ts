/** Reads people.yaml: names, how people are reached, who is on call. It grants nothing. */
import { suggestion } from '../cel/similar.ts'
import { openSource } from '../reading/document.ts'
import { byPlace, type Problem, type Read } from '../reading/problem.ts'
import { checkShape } from '../reading/shape.ts'
import { twice } from '../reading/twice.ts'
import { type People, peopleShape } from './schema.ts'

export function readPeople(file: string, text: string): Read<People> {
  const opened = openSource(file, text)
  if ('problems' in opened) return opened
  const { source } = opened
  const shaped = checkShape(source, peopleShape)
  if ('problems' in shaped) return { problems: shaped.problems.sort(byPlace) }
  const { people, onCall } = shaped.value
  const ids = people.map((one) => one.id)
  const problems: Problem[] = [
    ...twice(source, 'person', ids, (index) => ['people', index, 'id']),
    ...twice(
      source,
      'role',
      onCall.map((one) => one.role),
      (index) => ['onCall', index, 'role'],
    ),
    ...onCall.flatMap((one, index) =>
      one.people.flatMap((name, at) =>
        ids.includes(name)
          ? []
          : [
              {
                file,
                ...source.placeOf(['onCall', index, 'people', at]),
                message: `there is no person "${name}"`,
                hint: suggestion(name, ids),
              },
            ],
      ),
    ),
  ]
  return problems.length > 0 ? { problems: problems.sort(byPlace) } : { value: shaped.value }
}

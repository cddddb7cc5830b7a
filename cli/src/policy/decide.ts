/** What a policy says to facts: the same pure decision as on the server, with every reason. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { checkFacts } from '@countersign/core/facts/check'
import { storeFacts } from '@countersign/core/facts/stored'
import type { Json } from '@countersign/core/kernel/json'
import { decide } from '@countersign/core/policy/decide'
import type { Decision } from '@countersign/core/policy/decision'
import { digestOf } from '@countersign/crypto/digest-of'
import { readPolicy } from '@countersign/language/policy/read'
import type { Command } from '../command.ts'
import { EXIT, failed } from '../exit.ts'
import { FILES } from '../folder/layout.ts'
import { needs } from '../plan/show-proposal.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { visible } from '../terminal/visible.ts'

export const command: Command = {
  words: ['FACTS'],
  options: { policy: { value: 'FILE', says: 'the policy (default: policies/default.yaml of the folder)' } },
  examples: ['countersign policy decide facts.json --policy policies/default.yaml'],
  async run(given, terminal) {
    const file = given.text('policy') ?? join(given.dir, FILES.policies, 'default.yaml')
    const read = readPolicy(file, readText(file), digestOf)
    if ('problems' in read) {
      const [first] = read.problems
      throw failed(
        `${file}:${first?.line}:${first?.column}: ${first?.message}`,
        first?.hint ?? 'mend the policy',
      )
    }
    const checked = checkFacts(readFacts(given.word(0)), read.value.facts)
    if ('refused' in checked)
      throw failed(
        `the facts are refused: ${checked.refused.join('; ')}`,
        'leave a fact out where it is not known',
      )
    const { facts } = checked
    const decision = decide(
      read.value,
      facts,
      digestOf('countersign/facts/v1', storeFacts(facts) as unknown as Json),
    )
    show(decision, terminal)
    terminal.result(decision)
    return EXIT.done
  },
}

function show(
  { outcome, risk, riskBecause, because, unknown, approvers, people }: Decision,
  terminal: Terminal,
): void {
  terminal.show(
    terminal.colour(
      'bold',
      `${outcome} (${risk}${riskBecause.length > 0 ? `: ${visible(riskBecause.join(' '))}` : ''})`,
    ),
  )
  for (const { clause, says, values, error } of because)
    terminal.show(
      `  ${visible(`${clause}: ${says} [${values.join(', ')}]${error === null ? '' : ` ERROR: ${error}`}`)}`,
    )
  if (because.length === 0) terminal.show('  no clause fired')
  if (people > 0)
    terminal.show(
      `asks ${people} ${people === 1 ? 'person' : 'people'}${approvers.length > 0 ? `, among them ${visible(needs(approvers))}` : ''}`,
    )
  if (unknown.length > 0) terminal.show(`unknown, taken as risky: ${visible(unknown.join(', '))}`)
}

/** `{"evidence.groups": 2, ...}`; what is left out is unknown. */
function readFacts(file: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(readText(file))
    if (value !== null && typeof value === 'object' && !Array.isArray(value))
      return value as Record<string, unknown>
  } catch (cause) {
    throw failed(
      `"${file}" is not JSON: ${cause instanceof Error ? cause.message : String(cause)}`,
      'write {"evidence.groups": 2, ...}',
      cause,
    )
  }
  throw failed(`"${file}" holds no facts`, 'write {"evidence.groups": 2, ...}')
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    throw failed(`"${file}" cannot be read`, 'name a file that is there', cause)
  }
}

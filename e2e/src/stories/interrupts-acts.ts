/** The acts by which a person steps in, through the command line. */
import type { Stage } from '../stage/stage.ts'

export type Tell = (line: string) => void

/** The arguments by which a person signs. */
export function by(stage: Stage, person: 'sre-1' | 'governance-1' = 'sre-1'): string[] {
  return ['--key', stage.keyOf(person), '--person', person]
}

export async function hold(stage: Stage, scope: string, lasts = '1h'): Promise<string> {
  const wish = ['--for', lasts, '--reason', 'a person looks first']
  return (await stage.ask('hold', scope, ...wish, ...by(stage))).id
}

export async function resume(stage: Stage, id: string): Promise<void> {
  await stage.ask('resume', id, ...by(stage))
}

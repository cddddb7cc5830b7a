/** Copies policy and runbooks into the folder, and lets the people sign what has no signatures yet. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { Digest } from '@countersign/core/kernel/digest'
import { readRunbook } from '@countersign/language/runbook/read'
import { SHIPPED_ACTIONS } from '@countersign/language/runbook/world'
import type { Signer } from '../signing/sign-act.ts'
import { digestOfText, signPublication, type What } from '../signing/sign-publication.ts'
import type { Ledger } from './ledger.ts'

export type Publishing = {
  dir: string
  ledger: Ledger
  signers: readonly Signer[]
  site: Digest
  now: number
}

/** `only`: leaves out texts that this says something about, with that as the reason. */
export function copyTexts(
  ledger: Ledger,
  from: string,
  to: string,
  only: (text: string) => string | null,
): void {
  for (const name of yamlIn(from)) {
    const text = readFileSync(join(from, name), 'utf8')
    const because = only(text)
    if (because === null) ledger.put(`${to}/${name}`, 'text that people publish', () => text)
    else ledger.note({ file: `${to}/${name}`, state: 'left out', what: because })
  }
}

/** Why a shipped runbook does not fit these sources; null where it does. */
export function unfit(sources: readonly string[]): (text: string) => string | null {
  return (text) => {
    const read = readRunbook('runbook.yaml', text, { actions: SHIPPED_ACTIONS, sources })
    return 'value' in read ? null : (read.problems[0]?.message ?? 'it does not check')
  }
}

/** Digests by id of everything in the folder, signed or not. */
export function publishTexts(
  { dir, ledger, signers, site, now }: Publishing,
  what: What,
  folder: string,
): Record<string, Digest> {
  const digests: Record<string, Digest> = {}
  for (const name of yamlIn(join(dir, folder))) {
    const id = basename(name, '.yaml')
    const digest = digestOfText(what, readFileSync(join(dir, folder, name), 'utf8'))
    digests[id] = digest
    const file = `${folder}/${id}.acts.json`
    if (signers.length === 0 && !existsSync(join(dir, file)))
      ledger.note({ file, state: 'left out', what: 'nobody to sign: countersign publish it later' })
    else
      ledger.put(file, `signed by ${signers.map(({ person }) => person).join(', ')}`, () =>
        json(signPublication(signers, { what, id, digest }, site, now)),
      )
  }
  return digests
}

export function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`
}

function yamlIn(folder: string): string[] {
  return existsSync(folder)
    ? readdirSync(folder)
        .filter((name) => name.endsWith('.yaml'))
        .sort()
    : []
}

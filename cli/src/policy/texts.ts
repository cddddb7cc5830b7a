/** Files named on the command line, or all of a folder, with the digest that people sign. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { Digest } from '@countersign/core/kernel/digest'
import { failed } from '../exit.ts'
import { digestOfText, type What } from '../signing/sign-publication.ts'

/** `id`: the name of the file without `.yaml`, as the server knows it. */
export type PublishedText = { file: string; id: string; text: string; digest: Digest }

export function readTexts(what: What, words: readonly string[], folder: string): PublishedText[] {
  const files = (words.length > 0 ? words : [folder]).flatMap(yamlOf)
  if (files.length === 0) throw failed(`there is no YAML file in "${folder}"`, 'name one')
  return files.map((file) => {
    const text = readFileSync(file, 'utf8')
    return { file, id: basename(file).replace(/\.ya?ml$/, ''), text, digest: digestOfText(what, text) }
  })
}

function yamlOf(path: string): string[] {
  if (!existsSync(path)) throw failed(`there is no "${path}"`, 'name a file, or a folder of files')
  if (!statSync(path).isDirectory()) return [path]
  return readdirSync(path)
    .filter((name) => /\.ya?ml$/.test(name))
    .sort()
    .map((name) => join(path, name))
}

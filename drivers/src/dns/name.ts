/** Domain names as this driver takes them: absolute, lower case, with the final dot, host-name letters only. */

const LABEL = /^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/

/** The canonical form (`www.example.test.`), or `undefined` for what is no plain name (wildcards included). */
export function canonicalName(text: string): string | undefined {
  const name = text.toLowerCase().replace(/\.$/, '')
  if (name.length === 0 || name.length > 253) return undefined
  return name.split('.').every((label) => LABEL.test(label)) ? `${name}.` : undefined
}

/** Whether `name` is the zone itself or lies below it; both canonical. */
export function isInZone(name: string, zone: string): boolean {
  return name === zone || name.endsWith(`.${zone}`)
}

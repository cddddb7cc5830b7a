/**
 * A rule of the provable subset of CEL, as a tree: only facts against literals, joined by logic. Everything that reads
 * rules (compiling, proving, explaining) works on this tree, never on text.
 */
export type Rule =
  | { op: 'and' | 'or'; left: Rule; right: Rule }
  | { op: 'not'; of: Rule }
  | { op: 'if'; when: Rule; yes: Rule; no: Rule }
  | { op: 'fact'; name: string }
  | { op: 'is-one-of'; name: string; values: readonly string[] }
  | { op: 'compare'; name: string; by: Comparison; value: number }

export type Comparison = '==' | '!=' | '<' | '<=' | '>' | '>='

/** Offsets into the text of the rule, `end` exclusive. */
export type Span = { start: number; end: number }
export type RuleProblem = Span & { message: string; hint: string }

/** Names of the facts that a rule reads, each once, in the order of the text. */
export function readsOf(rule: Rule): string[] {
  const names: string[] = []
  const visit = (one: Rule): void => {
    switch (one.op) {
      case 'and':
      case 'or':
        visit(one.left)
        visit(one.right)
        break
      case 'not':
        visit(one.of)
        break
      case 'if':
        visit(one.when)
        visit(one.yes)
        visit(one.no)
        break
      case 'fact':
      case 'is-one-of':
      case 'compare':
        names.push(one.name)
        break
    }
  }
  visit(rule)
  return [...new Set(names)]
}

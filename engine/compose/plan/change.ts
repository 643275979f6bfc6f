/** What a plan does, for people: a line for each thing of the project, with its reason. */

/** What becomes of a thing. */
export type Verb =
  | 'keep'
  | 'create'
  | 'recreate'
  | 'start'
  | 'stop'
  | 'restart'
  | 'remove'
  | 'pull'
  | 'build'
  | 'warn'

export interface Change {
  readonly kind: 'network' | 'volume' | 'image' | 'container'
  readonly name: string
  readonly verb: Verb
  readonly reasons: readonly string[]
  /** What a person might fear for, and need not. */
  readonly keeps?: readonly string[]
}

/** The plan as text: aligned, a line a thing. */
export function printChanges(changes: readonly Change[]): string {
  const width = (pick: (change: Change) => string) =>
    Math.max(0, ...changes.map((change) => pick(change).length))
  const kinds = width(({ kind }) => kind)
  const names = width(({ name }) => name)
  const verbs = width(({ verb }) => verb)
  return changes
    .map(({ kind, name, verb, reasons, keeps }) => {
      const why = [...reasons, ...(keeps && keeps.length > 0 ? [`keeps ${keeps.join(', ')}`] : [])].join('; ')
      return `${kind.padEnd(kinds)}  ${name.padEnd(names)}  ${verb.padEnd(verbs)}  ${why}`.trimEnd()
    })
    .join('\n')
}

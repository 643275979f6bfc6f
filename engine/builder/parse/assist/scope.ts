import { expandWord } from '../expand.ts'
import type { Dockerfile, Position, Range, Stage, Word } from '../tree.ts'
import { PLATFORM_ARGUMENTS } from '../variables.ts'

/** A variable as it stands at a place. */
export interface Variable {
  readonly name: string
  readonly kind: 'arg' | 'env'
  /** As far as the file tells; null where only a build gives it. */
  readonly value: string | null
  /** Null for one that no line of the file declares. */
  readonly range: Range | null
}

/** Variables that a place sees, later declarations in the place of earlier ones. FROM sees those before the first. */
export function variablesAt(file: Dockerfile, position: Position): ReadonlyMap<string, Variable> {
  const globals = new Map<string, Variable>()
  for (const name of PLATFORM_ARGUMENTS) globals.set(name, { name, kind: 'arg', value: null, range: null })
  for (const arg of file.globalArgs)
    for (const pair of arg.pairs) declare(globals, 'arg', pair.name, pair.value)
  const stage = file.stages.findLast(({ range }) => !isBefore(position, range.start))
  if (stage === undefined || !isBefore(stage.from.range.end, position)) return globals
  return stageVariables(file, stage, globals, position)
}

function stageVariables(
  file: Dockerfile,
  stage: Stage,
  globals: ReadonlyMap<string, Variable>,
  until: Position | null,
): ReadonlyMap<string, Variable> {
  const base = file.stages.findLast(
    ({ name, index }) => index < stage.index && name === stage.from.image.text.toLowerCase(),
  )
  const variables = new Map(base === undefined ? [] : stageVariables(file, base, globals, null))
  for (const instruction of stage.instructions) {
    if (until !== null && !isBefore(instruction.range.end, until)) break
    if (instruction.kind === 'env') {
      for (const { name, value } of instruction.pairs) declare(variables, 'env', name, value)
    } else if (instruction.kind === 'arg') {
      for (const { name, value } of instruction.pairs) {
        declare(variables, 'arg', name, value)
        const global = globals.get(name.text)
        if (value === null && global !== undefined) {
          variables.set(name.text, { ...global, range: name.range })
        }
      }
    }
  }
  return variables
}

function declare(
  variables: Map<string, Variable>,
  kind: Variable['kind'],
  name: Word,
  word: Word | null,
): void {
  variables.set(name.text, { name: name.text, kind, value: knownValue(variables, word), range: name.range })
}

function knownValue(variables: ReadonlyMap<string, Variable>, word: Word | null): string | null {
  if (word === null) return null
  try {
    const { text, undefined: unknown } = expandWord(
      word.text,
      (name) => variables.get(name)?.value ?? undefined,
    )
    return unknown.size === 0 ? text : null
  } catch {
    return null
  }
}

/** Whether `a` stands before `b`. */
export function isBefore(a: Position, b: Position): boolean {
  return a.line < b.line || (a.line === b.line && a.column < b.column)
}

/** Variables that nothing declares. */
import { expandWord } from '../expand.ts'
import { expandedWords } from '../expanded-words.ts'
import { toWarning } from '../problem.ts'
import { suggest } from '../suggest.ts'
import type { Dockerfile, Problem, Stage, Word } from '../tree.ts'
import { PLATFORM_ARGUMENTS, PROXY_ARGUMENTS } from '../variables.ts'

/** Names that are set at some place of a stage. */
interface Scope {
  readonly names: ReadonlySet<string>
  /** All names are known: no image is below that could set more. */
  readonly complete: boolean
}

/**
 * A base image may set variables that the file does not show. On one, only a name is told that is near a declared
 * one, or that is declared where it does not count; on scratch, every name that nothing sets.
 */
export function lintVariables(file: Dockerfile): readonly Problem[] {
  const globals = new Set(file.globalArgs.flatMap((arg) => arg.pairs.map((pair) => pair.name.text)))
  const scopes = new Map<string, Scope>()
  return file.stages.flatMap((stage) => {
    const base = stage.from.image.text.toLowerCase()
    const below = scopes.get(base) ?? { names: new Set<string>(), complete: base === 'scratch' }
    const { problems, scope } = lintStage(stage, below, globals)
    if (stage.name !== null) scopes.set(stage.name, scope)
    return problems
  })
}

function lintStage(
  stage: Stage,
  below: Scope,
  globals: ReadonlySet<string>,
): { readonly problems: readonly Problem[]; readonly scope: Scope } {
  const problems: Problem[] = []
  const names = new Set(below.names)
  const scope: Scope = { names, complete: below.complete }
  for (const instruction of stage.instructions) {
    if (instruction.kind !== 'arg') {
      for (const word of expandedWords(instruction)) problems.push(...lintWord(word, scope, globals))
    } else {
      // Each argument counts for those after it on the same line.
      for (const { name, value } of instruction.pairs) {
        if (value !== null) problems.push(...lintWord(value, scope, globals))
        names.add(name.text)
      }
    }
    if (instruction.kind === 'env') for (const { name } of instruction.pairs) names.add(name.text)
  }
  return { problems, scope }
}

function lintWord(word: Word, scope: Scope, globals: ReadonlySet<string>): readonly Problem[] {
  return [...undefinedIn(word, scope.names)].flatMap((name): Problem[] => {
    if (PROXY_ARGUMENTS.includes(name) || !/^[A-Za-z_]/.test(name)) return []
    const message = `Usage of undefined variable '$${name}'`
    if (globals.has(name) || PLATFORM_ARGUMENTS.includes(name)) {
      const why = `it counts in a stage only after ARG ${name}`
      return [toWarning('UndefinedVar', `${message}: ${why}`, word.range)]
    }
    const isUsual = name === 'PATH' || name === 'HOME'
    const near = isUsual ? null : suggest(name, [...scope.names, ...globals])
    if (near === null && !(scope.complete && !isUsual)) return []
    return [toWarning('UndefinedVar', message, word.range, near === null ? null : `$${near}`)]
  })
}

function undefinedIn(word: Word, names: ReadonlySet<string>): ReadonlySet<string> {
  if (!word.text.includes('$')) return new Set()
  try {
    return expandWord(word.text, (name) => (names.has(name) ? '' : undefined)).undefined
  } catch {
    // A word that cannot be read is an error of the build, told there with what the variables hold.
    return new Set()
  }
}

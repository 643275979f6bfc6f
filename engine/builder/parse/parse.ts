/**
 * Dockerfile to tree (Dockerfile reference). Reading goes on after an error, so that an editor shows all of them;
 * whoever builds asks `problems` first.
 */
import { readDirectives } from './directives.ts'
import { checkExpansions } from './expanded-words.ts'
import { INSTRUCTION_NAMES, readInstruction } from './instructions/instruction.ts'
import { applyCheck } from './lint/check.ts'
import { lint } from './lint/lint.ts'
import { type Problems, toProblem, toWarning } from './problem.ts'
import { Source } from './source.ts'
import { type Statement, StatementReader } from './statements.ts'
import type {
  ArgInstruction,
  Dockerfile,
  FromInstruction,
  Instruction,
  Problem,
  Range,
  Stage,
  StageInstruction,
} from './tree.ts'

/** Reads a whole file. `check` stands in for its directive of that name (BUILDKIT_DOCKERFILE_CHECK). Never throws. */
export function parseDockerfile(text: string, check: string | null = null): Dockerfile {
  const source = new Source(text)
  const problems: Problems = []
  const { directives: written, end } = readDirectives(source, problems)
  const given = check === null ? written.check : { text: check, range: source.range(0, 0) }
  const directives = { ...written, check: given }
  const reader = new StatementReader(source, directives.escape, end)
  const outline = new Outline(problems)
  let statements = 0
  for (let statement = reader.next(); statement !== null; statement = reader.next()) {
    statements++
    warnOfBlankLines(statement, problems)
    const instruction = readInstruction(statement, { reader, escape: directives.escape, problems })
    outline.add(statement, instruction)
  }
  if (statements === 0) problems.push(toProblem('file with no instructions', source.range(0, 0)))
  else if (!outline.hasFrom) {
    problems.push(toProblem('dockerfile contains no stages to build: FROM is missing', source.range(0, 0)))
  }
  const file = { directives, globalArgs: outline.globalArgs, stages: outline.stages(), problems }
  const found = applyCheck(directives.check, [...problems, ...checkExpansions(file), ...lint(file)])
  return { ...file, problems: found.toSorted(byPlace) }
}

/** The instruction of an ONBUILD that an image's config holds, or what is wrong with it. Never throws. */
export function parseTrigger(text: string): {
  readonly instruction: StageInstruction | null
  readonly problems: readonly Problem[]
} {
  const source = new Source(text)
  const problems: Problems = []
  const reader = new StatementReader(source, '\\', 0)
  const statement = reader.next()
  const instruction =
    statement === null ? null : readInstruction(statement, { reader, escape: '\\', problems })
  if (statement === null || reader.next() !== null) {
    problems.push(
      toProblem('onbuild trigger should be a single expression', source.range(0, source.text.length)),
    )
  }
  const kind = instruction?.kind
  if (kind === 'from' || kind === 'onbuild' || kind === 'maintainer') {
    const message = `${kind.toUpperCase()} isn't allowed as an ONBUILD trigger`
    problems.push(toProblem(message, source.range(0, source.text.length)))
  }
  return { instruction: instruction?.kind === 'from' ? null : instruction, problems }
}

/** Sorts instructions into stages. */
class Outline {
  readonly globalArgs: ArgInstruction[] = []
  hasFrom = false
  readonly #problems: Problems
  readonly #stages: { from: FromInstruction; instructions: StageInstruction[]; end: Range['end'] }[] = []
  /** A FROM that could not be read: what follows it belongs to no stage. */
  #lost = false

  constructor(problems: Problems) {
    this.#problems = problems
  }

  add(statement: Statement, instruction: Instruction | null): void {
    const keyword = /^\S*/.exec(statement.line.text)?.[0].toUpperCase() ?? ''
    if (keyword === 'FROM') {
      this.hasFrom = true
      this.#lost = instruction === null
    }
    if (instruction === null) {
      this.#checkPlace(statement, keyword)
      return
    }
    if (instruction.kind === 'from') {
      this.#stages.push({ from: instruction, instructions: [], end: instruction.range.end })
      return
    }
    const stage = this.#stages.at(-1)
    if (stage !== undefined && !this.#lost) {
      stage.instructions.push(instruction)
      stage.end = instruction.range.end
    } else if (instruction.kind === 'arg' && !this.hasFrom) this.globalArgs.push(instruction)
    else this.#checkPlace(statement, keyword)
  }

  stages(): readonly Stage[] {
    return this.#stages.map(({ from, instructions, end }, index) => ({
      index,
      name: from.name?.text.toLowerCase() ?? null,
      from,
      instructions,
      range: { start: from.range.start, end },
    }))
  }

  #checkPlace(statement: Statement, keyword: string): void {
    if (this.hasFrom || keyword === 'ARG' || !INSTRUCTION_NAMES.includes(keyword)) return
    const message = `no build stage in current context: ${keyword} stands before the first FROM`
    this.#problems.push(toProblem(message, statement.line.sub(0, keyword.length).range()))
  }
}

function warnOfBlankLines(statement: Statement, problems: Problems): void {
  for (const range of statement.blankLines) {
    problems.push(toWarning('NoEmptyContinuation', 'Empty continuation line', range))
  }
}

function byPlace(a: Problem, b: Problem): number {
  const [first, second] = [a.range.start, b.range.start]
  return first.line - second.line || first.column - second.column
}

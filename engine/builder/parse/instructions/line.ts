import type { Flag, FlagKind } from '../flags.ts'
import { FlagValues } from '../flags.ts'
import type { ReadHeredoc } from '../heredoc.ts'
import { type Problems, toProblem } from '../problem.ts'
import type { Slice } from '../source.ts'
import type { Command, InstructionBase } from '../tree.ts'
import { readJsonList } from '../words.ts'

/** One instruction, taken apart as far as all instructions are alike. */
export interface Line {
  readonly base: InstructionBase
  /** In capitals. */
  readonly name: string
  readonly flags: readonly Flag[]
  /** What follows the flags, without blanks around it. */
  readonly args: Slice
  readonly heredocs: readonly ReadHeredoc[]
  readonly escape: '\\' | '`'
  readonly problems: Problems
}

/** Reads the flags that the instruction may have; any other is told. */
export function readFlags(line: Line, kinds: Readonly<Record<string, FlagKind>> = {}): FlagValues {
  return new FlagValues(line.flags, kinds, line.problems)
}

/** Tells an error of the arguments, and answers null so that it can be returned. */
export function fail(line: Line, message: string, suggestion: string | null = null): null {
  const range = line.args.text === '' ? line.base.keyword.range : line.args.range()
  line.problems.push(toProblem(message, range, suggestion))
  return null
}

/** The message for arguments that are missing. */
export function needsOne(line: Line): null {
  return fail(line, `${line.name} requires at least one argument`)
}

/** A list in JSON or a text for the shell. JSON that holds other things than strings is an error: null. */
export function readCommand(line: Line, args: Slice): Command | null {
  const range = args.range()
  const list = readJsonList(args)
  switch (list.kind) {
    case 'list':
      return { form: 'exec', args: list.words.map((word) => word.text), range }
    case 'other':
      return fail(line, 'when using JSON array syntax, arrays must be comprised of strings only')
    case 'none':
      return { form: 'shell', text: args.text, heredocs: line.heredocs.map((one) => one.heredoc), range }
  }
}

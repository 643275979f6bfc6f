import { readDirectives } from '../directives.ts'
import { UNTERMINATED } from '../heredoc.ts'
import { readInstruction } from '../instructions/instruction.ts'
import { Source } from '../source.ts'
import { type Statement, StatementReader } from '../statements.ts'
import type { Position, Problem } from '../tree.ts'

/** Where a place is in a file. */
export type Place =
  /** Among directives and comments, or on a blank line: an instruction may begin. */
  | { readonly kind: 'outside'; readonly source: Source; readonly offset: number; readonly isTop: boolean }
  | { readonly kind: 'body' }
  | {
      readonly kind: 'instruction'
      readonly source: Source
      readonly offset: number
      readonly statement: Statement
      /** How much of the joined line is before the place. */
      readonly index: number
    }

/** Finds what stands at a place of a file, which need not be whole. */
export function findPlace(text: string, position: Position): Place {
  const source = new Source(text)
  const offset = source.offset(position)
  const { directives, end } = readDirectives(source, [])
  const reader = new StatementReader(source, directives.escape, end)
  let first = true
  for (let statement = reader.next(); statement !== null; statement = reader.next()) {
    if (offset < statement.start) break
    if (offset <= statement.end) {
      return { kind: 'instruction', source, offset, statement, index: indexOf(statement, offset) }
    }
    const problems: Problem[] = []
    readInstruction(statement, { reader, escape: directives.escape, problems })
    const isOpen = problems.some((one) => one.message.startsWith(UNTERMINATED))
    if (isOpen || (offset < reader.at && source.text.slice(statement.end, offset).includes('\n'))) {
      return { kind: 'body' }
    }
    first = false
  }
  return { kind: 'outside', source, offset, isTop: first }
}

function indexOf({ line }: Statement, offset: number): number {
  for (let index = 0; index < line.text.length; index++) if (line.offset(index) >= offset) return index
  return line.text.length
}

/**
 * Lines of a Dockerfile joined into statements (Dockerfile reference, "Format", "escape"). Comments and blank lines
 * within a statement are left out.
 */
import { Slice, type Source } from './source.ts'
import type { Range } from './tree.ts'

/** One instruction before it is understood. */
export interface Statement {
  /** Its lines joined, without blanks before and without line ends. */
  readonly line: Slice
  readonly start: number
  readonly end: number
  /** Comment lines right above, without `#`. */
  readonly comment: readonly string[]
  /** Blank lines in the midst of it. */
  readonly blankLines: readonly Range[]
}

interface PhysicalLine {
  readonly start: number
  /** Without the line end. */
  readonly text: string
  /** As it stands, line end included. */
  readonly raw: string
}

/** What stands up to a line that is `name` alone. */
export interface Body {
  /** The lines as written. */
  readonly content: string
  readonly start: number
  readonly end: number
  readonly terminated: boolean
}

/** What ends a line that goes on. An escaped escape at the end of a line does not. */
export function continuationOf(escapeSign: '\\' | '`'): RegExp {
  return escapeSign === '\\' ? /(?<!\\)\\[ \t]*$/ : /(?<!`)`[ \t]*$/
}

/** Reads statements one after the other; the body of a heredoc is asked for between two of them. */
export class StatementReader {
  readonly #source: Source
  readonly #continuation: RegExp
  #at: number

  constructor(source: Source, escapeSign: '\\' | '`', start: number) {
    this.#source = source
    this.#at = start
    this.#continuation = continuationOf(escapeSign)
  }

  /** Where the next line starts. */
  get at(): number {
    return this.#at
  }

  next(): Statement | null {
    let comment: string[] = []
    for (let line = this.#line(); line !== null; line = this.#line()) {
      const trimmed = line.text.trimStart()
      if (trimmed === '') comment = []
      else if (!trimmed.startsWith('#')) return this.#statement(line, comment)
      else {
        const words = trimmed.slice(1).trim()
        if (words === '') comment = []
        else comment.push(words)
      }
    }
    return null
  }

  /** Takes the lines up to one that is `name`; with `tabs`, tabs before it do not count. */
  body(name: string, tabs: boolean): Body {
    const start = this.#at
    let content = ''
    for (let line = this.#line(); line !== null; line = this.#line()) {
      const end = line.start + line.text.length
      const text = tabs ? line.text.replace(/^\t+/, '') : line.text
      if (text === name) return { content, start, end, terminated: true }
      content += line.raw
    }
    return { content, start, end: this.#source.text.length, terminated: false }
  }

  #statement(first: PhysicalLine, comment: readonly string[]): Statement {
    const indentation = first.text.length - first.text.trimStart().length
    const start = first.start + indentation
    let text = ''
    const offsets: number[] = []
    const blankLines: Range[] = []
    let end = first.start + first.text.length
    const add = (from: number, piece: string): boolean => {
      const match = this.#continuation.exec(piece)
      const kept = match === null ? piece : piece.slice(0, match.index)
      text += kept
      for (let i = 0; i < kept.length; i++) offsets.push(from + i)
      return match !== null
    }
    let goesOn = add(start, first.text.slice(indentation))
    while (goesOn) {
      const line = this.#line()
      if (line === null) break
      const trimmed = line.text.trimStart()
      if (trimmed.startsWith('#')) continue
      if (trimmed === '') {
        blankLines.push(this.#source.range(line.start, line.start + line.text.length))
        continue
      }
      end = line.start + line.text.length
      goesOn = add(line.start, line.text)
    }
    const last = offsets.at(-1)
    offsets.push(last === undefined ? start : last + 1)
    return { line: new Slice(this.#source, text, offsets), start, end, comment, blankLines }
  }

  #line(): PhysicalLine | null {
    const { text } = this.#source
    if (this.#at >= text.length) return null
    const start = this.#at
    const newline = text.indexOf('\n', start)
    this.#at = newline < 0 ? text.length : newline + 1
    const raw = text.slice(start, this.#at)
    return { start, raw, text: raw.replace(/[\r\n]+$/, '') }
  }
}

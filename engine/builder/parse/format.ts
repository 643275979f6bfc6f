/**
 * A Dockerfile in its usual form: names in capitals, one blank between flags, continued lines indented, no blanks at
 * line ends. What the file means stays; where that is not sure, so do the characters.
 */
import { readDirectives } from './directives.ts'
import { flagEnd } from './flags.ts'
import { UNTERMINATED } from './heredoc.ts'
import { readInstruction } from './instructions/instruction.ts'
import { Source } from './source.ts'
import { continuationOf, type Statement, StatementReader } from './statements.ts'
import type { Instruction, Problem } from './tree.ts'

const INDENT = '    '

/** Formats a whole file. Instructions that cannot be understood stay as they are. Line ends stay too. */
export function formatDockerfile(text: string): string {
  const source = new Source(text)
  const { directives, end } = readDirectives(source, [])
  const reader = new StatementReader(source, directives.escape, end)
  let formatted = formatGap(source.text.slice(0, end))
  let at = end
  for (let statement = reader.next(); statement !== null; statement = reader.next()) {
    const problems: Problem[] = []
    const instruction = readInstruction(statement, { reader, escape: directives.escape, problems })
    // All that is left belongs to a heredoc that nothing ends.
    if (problems.some((one) => one.message.startsWith(UNTERMINATED))) return formatted + source.text.slice(at)
    const gap = source.text.slice(at, statement.start)
    const written = source.text.slice(statement.start, statement.end)
    formatted += formatGap(gap)
    formatted +=
      instruction === null ? written : new Layout(statement, instruction, written, directives.escape).run()
    // Bodies of heredocs, and the end of the line.
    formatted += source.text.slice(statement.end, reader.at).replace(/^[ \t]+(?=\r?\n)/, '')
    at = reader.at
  }
  formatted += formatGap(source.text.slice(at))
  const newline = source.text.includes('\r\n') ? '\r\n' : '\n'
  return formatted === '' || formatted.endsWith('\n') ? formatted : formatted + newline
}

/** Comments and blank lines between instructions: no indentation, and never two blank lines. */
function formatGap(text: string): string {
  const lines = text.split('\n').map((line) => {
    const end = line.endsWith('\r') ? '\r' : ''
    return line.trim() + end
  })
  // The gap starts a line: the line end before it counts too.
  const joined = `\n${lines.join('\n')}`
  return joined
    .replace(/\r?\n(\r?\n)(?:\r?\n)+/g, (ends, second) => (ends.startsWith('\r') ? '\r\n' : '\n') + second)
    .slice(1)
}

/** How one instruction is laid out. */
class Layout {
  readonly #instruction: Instruction
  readonly #lines: readonly string[]
  readonly #sign: '\\' | '`'
  readonly #newline: string
  /** Whether blanks outside of quotes mean nothing. */
  readonly #isFree: boolean
  #quote = ''
  #inFlags = true

  constructor(statement: Statement, instruction: Instruction, written: string, sign: '\\' | '`') {
    this.#instruction = instruction
    this.#lines = written.split('\n').map((line) => line.replace(/\r$/, ''))
    this.#isFree = isFree(instruction, statement.line.text, sign)
    this.#sign = sign
    this.#newline = written.includes('\r\n') ? '\r\n' : '\n'
  }

  run(): string {
    const formatted: string[] = []
    const continuation = continuationOf(this.#sign)
    let blankBefore = false
    for (const [index, line] of this.#lines.entries()) {
      const trimmed = line.trim()
      if (index > 0 && trimmed === '') continue
      if (index > 0 && trimmed.startsWith('#')) {
        formatted.push(INDENT + trimmed)
        continue
      }
      const match = continuation.exec(line)
      const content = match === null ? line : line.slice(0, match.index)
      const text = this.#line(content, index === 0, blankBefore, match !== null)
      formatted.push(match === null ? text : text + this.#sign)
      if (content !== '') blankBefore = /\s$/.test(content) && !endsEscaped(content.trimEnd())
    }
    return formatted.join(this.#newline)
  }

  /** `blankBefore` tells that the line before ends with a blank, so that one at the start of this adds no word. */
  #line(content: string, isFirst: boolean, blankBefore: boolean, goesOn: boolean): string {
    const wasQuoted = this.#quote !== ''
    this.#readQuotes(content)
    const isQuoted = this.#quote !== ''
    let text = content
    if (isFirst) {
      const name = /^\S*/.exec(text)?.[0] ?? ''
      const rest = text.slice(name.length)
      const after = this.#isFree ? this.#words(rest.trimStart()) : rest.trimStart()
      text = name.toUpperCase() + (rest === '' ? '' : ' ') + after
    } else if (this.#isFree && !wasQuoted && (blankBefore || /^[\t ]/.test(text))) {
      text = INDENT + this.#words(text.trimStart())
    }
    const end = text.trimEnd()
    // Taking off a stray carriage return must not make the line go on.
    if (!goesOn) return isQuoted || continuationOf(this.#sign).test(end) ? text : end
    if (!this.#isFree || isQuoted || endsEscaped(end) || end === text) return text
    return `${end} `
  }

  /** One blank between flags, and between words where they are nothing else. */
  #words(text: string): string {
    let flags = ''
    let rest = text
    while (this.#inFlags && rest.startsWith('--')) {
      const end = flagEnd(rest, 0)
      flags += rest.slice(0, end)
      const next = rest.slice(end)
      rest = next.trimStart()
      if (rest !== '') flags += ' '
      else return flags + next
    }
    if (rest !== '') this.#inFlags = false
    return flags + this.#args(rest)
  }

  #args(text: string): string {
    const { kind } = this.#instruction
    if (kind === 'from') {
      return text.replace(/[\t\v\f ]+/g, ' ').replace(/^(\S+ )as( \S+)/i, '$1AS$2')
    }
    const isWords = kind === 'copy' || kind === 'add' || kind === 'expose' || kind === 'volume'
    return isWords && !/["'[]/.test(text) ? text.replace(/[\t\v\f ]+/g, ' ') : text
  }

  #readQuotes(text: string): void {
    for (let i = 0; i < text.length; i++) {
      const character = text[i] ?? ''
      if (character === '\\' && this.#quote !== "'") i++
      else if (this.#quote === '' && (character === '"' || character === "'")) this.#quote = character
      else if (character === this.#quote) this.#quote = ''
    }
  }
}

/** Whether the last character escapes what follows. */
function endsEscaped(text: string): boolean {
  return /(?:^|[^\\`])(?:\\\\|``)*[\\`]$/.test(text)
}

/**
 * Whether lines may be indented anew. Not where the rest of the line counts as it is, nor where quotes may be read
 * wrongly: within `$(…)`, backquotes and `$'…'`, or by another shell than sh.
 */
function isFree(instruction: Instruction, line: string, sign: string): boolean {
  switch (instruction.kind) {
    case 'workdir':
    case 'user':
    case 'stopsignal':
    case 'maintainer':
    case 'onbuild':
      return false
    case 'env':
    case 'label':
      return instruction.pairs.every(({ name, value }) => line.includes(`${name.text}=${value.text}`))
    case 'from':
    case 'copy':
    case 'add':
    case 'expose':
    case 'volume':
    case 'arg':
    case 'shell':
      return true
    case 'run':
    case 'cmd':
    case 'entrypoint':
    case 'healthcheck': {
      if (sign === '`' || /`|\$'/.test(line)) return false
      return !(line.includes('$(') && line.includes('"'))
    }
  }
}

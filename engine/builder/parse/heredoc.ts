import { expandWords } from './expand.ts'
import { type Problems, toProblem } from './problem.ts'
import type { Slice, Source } from './source.ts'
import type { StatementReader } from './statements.ts'
import type { Heredoc } from './tree.ts'

/** How the error begins that a heredoc has no end. */
export const UNTERMINATED = 'unterminated heredoc'

/** A heredoc with its lines as written, tabs included. */
export interface ReadHeredoc {
  readonly heredoc: Heredoc
  readonly raw: string
}

/** What a word like `3<<-"EOF"` says. */
interface Mark {
  readonly name: string
  readonly expand: boolean
  readonly chomp: boolean
  readonly descriptor: number
}

/** The mark that `word` is, or null where it is another word. */
export function readMark(word: string): Mark | null {
  const match = /^(\d*)<<(-?)([^<]*)$/.exec(word)
  const name = match?.[3] ?? ''
  if (match === null || name === '') return null
  const plain = tryWords(name, 'remove')
  const quoted = tryWords(name, 'keep')
  const [only] = plain
  if (only === undefined || plain.length > 1) return null
  return {
    name: only,
    expand: countQuotes(only) === countQuotes(quoted[0] ?? ''),
    chomp: match[2] === '-',
    descriptor: Number(match[1] ?? 0),
  }
}

/** Takes the bodies of all heredocs that `line` opens, in their order. */
export function readHeredocs(
  line: Slice,
  reader: StatementReader,
  problems: Problems,
): readonly ReadHeredoc[] {
  if (!line.text.includes('<<')) return []
  const heredocs: ReadHeredoc[] = []
  let at = 0
  for (const word of tryWords(line.text, 'keep')) {
    const start = Math.max(line.text.indexOf(word, at), 0)
    const mark = readMark(word)
    if (mark === null) continue
    at = start + word.length
    const range = line.range(start, at)
    const body = reader.body(mark.name, mark.chomp)
    if (!body.terminated) {
      problems.push(toProblem(`${UNTERMINATED}: no line is ${mark.name} alone`, range))
    }
    heredocs.push({ heredoc: toHeredoc(mark, body, range, line.source), raw: body.content })
  }
  return heredocs
}

function toHeredoc(
  mark: Mark,
  body: { readonly content: string; readonly start: number; readonly end: number },
  range: Heredoc['range'],
  source: Source,
): Heredoc {
  return {
    name: mark.name,
    content: mark.chomp ? body.content.replace(/(^|\n)\t+/g, '$1') : body.content,
    expand: mark.expand,
    chomp: mark.chomp,
    descriptor: mark.descriptor,
    range,
    body: source.range(body.start, body.end),
  }
}

function tryWords(text: string, mode: 'keep' | 'remove'): readonly string[] {
  try {
    return expandWords(text, () => undefined, { quotes: mode, escapes: 'keep', unset: 'keep' })
  } catch {
    // What is not a line of words to us is left to the shell that runs it.
    return []
  }
}

function countQuotes(text: string): number {
  return text.match(/['"]/g)?.length ?? 0
}

/**
 * Files of variables: `.env` and `env_file`. The rules are Compose's: quotes decide what is looked up, a comment needs a
 * space before it, and a name alone takes its value from the environment.
 */
import type { Faults } from './fault.ts'
import { type Lookup, substitute, TemplateError } from './template.ts'

/** How a file is read: `raw` takes every value as it stands (env_file's `format: raw`). */
export interface DotenvOptions {
  readonly file: string
  readonly faults: Faults
  /** What variables in values mean, beside those that stand above in the same file. */
  readonly lookup: Lookup
  readonly raw?: boolean
}

const NAME = /^(?:export\s+)?([A-Za-z_][A-Za-z0-9_.[\]-]*)\s*(=|:(?=\s|$)|$)/

/** Names and values in their order. A name alone that the environment does not have is left out. */
export function parseDotenv(text: string, options: DotenvOptions): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  const reader = new Lines(text.replace(/^\uFEFF/, '').replaceAll('\r\n', '\n'))
  for (let line = reader.next(); line !== undefined; line = reader.next()) {
    const trimmed = line.trimStart()
    if (trimmed === '' || trimmed.startsWith('#')) continue
    const indent = line.length - trimmed.length
    if (options.raw) {
      readRaw(trimmed, found, options)
      continue
    }
    const [head, name, separator] = NAME.exec(trimmed) ?? []
    if (head === undefined || name === undefined) {
      const at = { file: options.file, line: reader.line, column: indent + 1 }
      options.faults.add(at, '', `"${trimmed.slice(0, 40)}" sets no variable`, 'write NAME=value')
      continue
    }
    if (separator === '') {
      const inherited = options.lookup(name)
      if (inherited !== undefined) found.set(name, inherited)
      continue
    }
    const value = readValue(trimmed.slice(head.length), reader, indent + head.length, found, options)
    if (value !== undefined) found.set(name, value)
  }
  return found
}

function readRaw(line: string, found: Map<string, string>, { lookup }: DotenvOptions): void {
  const equals = line.indexOf('=')
  const name = equals === -1 ? line : line.slice(0, equals)
  const value = equals === -1 ? lookup(name) : line.slice(equals + 1)
  if (value !== undefined) found.set(name, value)
}

/** The value that begins in `rest`; a quoted one may go on over lines. */
function readValue(
  rest: string,
  reader: Lines,
  column: number,
  found: ReadonlyMap<string, string>,
  options: DotenvOptions,
): string | undefined {
  const text = rest.trimStart()
  const at = { file: options.file, line: reader.line, column: column + rest.length - text.length + 1 }
  const quote = text[0]
  let raw: string
  if (quote === "'" || quote === '"') {
    const quoted = readQuoted(text.slice(1), quote, reader)
    if (quoted === undefined) {
      options.faults.add(at, '', `the quote ${quote} is never closed`)
      return undefined
    }
    if (quote === "'") return quoted.replaceAll("\\'", "'")
    raw = unescaped(quoted)
  } else {
    raw = text.replace(/(^|\s)#.*$/, '').trimEnd()
  }
  try {
    return substitute(raw, (name) => found.get(name) ?? options.lookup(name))
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error
    options.faults.add(at, '', error.message, error.remedy)
    return undefined
  }
}

/** Up to the closing quote, over lines if need be; undefined when there is none. */
function readQuoted(start: string, quote: string, reader: Lines): string | undefined {
  let text = start
  for (let from = 0; ; ) {
    for (let index = from; index < text.length; index++) {
      if (text[index] === '\\') index++
      else if (text[index] === quote) return text.slice(0, index)
    }
    const next = reader.next()
    if (next === undefined) return undefined
    from = text.length
    text = `${text}\n${next}`
  }
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', '"': '"', '\\': '\\', $: '$$' }

/** What a backslash means in double quotes; before anything else it stays. */
function unescaped(text: string): string {
  return text.replaceAll(/\\([\s\S])/g, (whole, char: string) => ESCAPES[char] ?? whole)
}

class Lines {
  readonly #lines: readonly string[]
  /** Number of the line that was read last, from 1. */
  line = 0

  constructor(text: string) {
    this.#lines = text.split('\n')
  }

  next(): string | undefined {
    return this.#lines[this.line++]
  }
}

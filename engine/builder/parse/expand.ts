/**
 * Words of a Dockerfile as a shell reads them: quotes, escapes and variables (Dockerfile reference, "Environment
 * replacement"). Nothing runs here: there is no `$(command)`.
 */
import { EngineError } from '../../errors.ts'
import { replacePattern, trimPrefix, trimSuffix } from './pattern.ts'

/** The value of a variable, or undefined where it is not set. */
export type Lookup = (name: string) => string | undefined

/** How words are read. Without options: as the arguments of COPY, ENV and the others are. */
export interface ExpandOptions {
  /** The file's escape character; `\` where it says nothing. */
  readonly escape?: '\\' | '`'
  /** `remove` takes quotes off, `keep` honours and keeps them, `ignore` reads them as other characters. */
  readonly quotes?: 'remove' | 'keep' | 'ignore'
  /** `keep` leaves the escape character before what it escapes. */
  readonly escapes?: 'remove' | 'keep'
  /** A variable that is not set becomes nothing, or stays as it is written. */
  readonly unset?: 'empty' | 'keep'
}

/** What a word became, and the variables it asked for. */
export interface Expanded {
  readonly text: string
  /** Split at blanks that are neither quoted nor escaped; those that came out of a variable split too. */
  readonly words: readonly string[]
  readonly matched: ReadonlySet<string>
  /** Variables that are not set, also where a default stood in for them. */
  readonly unmatched: ReadonlySet<string>
  /** Those of `unmatched` for which nothing is said to stand in: no `-`, `+` or `?`. */
  readonly undefined: ReadonlySet<string>
}

/** A word that cannot be read, or a variable that `${name:?message}` demands. `offset` counts within the word. */
export class ExpansionError extends EngineError {
  readonly reason: string
  readonly offset: number

  constructor(word: string, reason: string, offset: number) {
    super('invalid', `failed to process ${JSON.stringify(word)}: ${reason}`)
    this.name = 'ExpansionError'
    this.reason = reason
    this.offset = offset
  }
}

/** Expands one word; blanks in it stay. Throws ExpansionError. */
export function expandWord(word: string, lookup: Lookup, options: ExpandOptions = {}): Expanded {
  return new Expansion(word, lookup, options).run()
}

/** Expands `text` and gives the words that it then holds. Throws ExpansionError. */
export function expandWords(text: string, lookup: Lookup, options: ExpandOptions = {}): readonly string[] {
  return new Expansion(text, lookup, options).run().words
}

/** Collects characters, and words beside them. */
class Result {
  text = ''
  readonly words: string[] = []
  #word = ''
  #open = false

  /** A character that may end a word. */
  add(character: string): void {
    this.text += character
    if (!/\s/u.test(character)) this.#append(character)
    else if (this.#open && this.#word !== '') this.#close()
  }

  /** Characters that belong to the word whatever they are. */
  addQuoted(text: string): void {
    this.text += text
    this.#append(text)
  }

  end(): void {
    if (this.#word !== '') this.#close()
  }

  #append(text: string): void {
    this.#word += text
    this.#open = true
  }

  #close(): void {
    this.words.push(this.#word)
    this.#word = ''
    this.#open = false
  }
}

/** One reading of one text. */
class Expansion {
  readonly #source: string
  readonly #lookup: Lookup
  readonly #escape: string
  readonly #quotes: 'remove' | 'keep' | 'ignore'
  readonly #keepUnset: boolean
  readonly #matched = new Set<string>()
  readonly #unmatched = new Set<string>()
  readonly #undefined = new Set<string>()
  #keepEscapes: boolean
  #at = 0

  constructor(source: string, lookup: Lookup, options: ExpandOptions) {
    this.#source = source
    this.#lookup = lookup
    this.#escape = options.escape ?? '\\'
    this.#quotes = options.quotes ?? 'remove'
    this.#keepEscapes = options.escapes === 'keep'
    this.#keepUnset = options.unset === 'keep'
  }

  run(): Expanded {
    const { text, words } = this.#until(null, this.#keepEscapes)
    return {
      text,
      words,
      matched: this.#matched,
      unmatched: this.#unmatched,
      undefined: this.#undefined,
    }
  }

  #fail(reason: string, offset: number): never {
    throw new ExpansionError(this.#source, reason, offset)
  }

  #peek(): string | undefined {
    const code = this.#source.codePointAt(this.#at)
    return code === undefined ? undefined : String.fromCodePoint(code)
  }

  #next(): string | undefined {
    const character = this.#peek()
    this.#at += character?.length ?? 0
    return character
  }

  /** Reads up to `stop`, which is taken, or to the end of the text. */
  #until(stop: string | null, keepEscapes: boolean): Result {
    const before = this.#keepEscapes
    this.#keepEscapes = keepEscapes
    const start = this.#at
    const result = new Result()
    for (let character = this.#peek(); character !== stop; character = this.#peek()) {
      if (character === undefined) {
        if (stop === null) break
        this.#fail(`unexpected end of statement while looking for matching ${stop}`, start)
      }
      if (character === '$') for (const one of this.#dollar()) result.add(one)
      else if (character === "'" && this.#quotes !== 'ignore') result.addQuoted(this.#singleQuoted())
      else if (character === '"' && this.#quotes !== 'ignore') result.addQuoted(this.#doubleQuoted())
      else if (character === this.#escape) this.#escaped(result)
      else {
        this.#next()
        result.add(character)
      }
    }
    if (stop !== null) this.#next()
    this.#keepEscapes = before
    result.end()
    return result
  }

  #escaped(result: Result): void {
    const sign = this.#next() ?? ''
    if (this.#keepEscapes) result.addQuoted(sign)
    const next = this.#next()
    if (next !== undefined) result.addQuoted(next)
  }

  #singleQuoted(): string {
    const start = this.#at
    const end = this.#source.indexOf("'", start + 1)
    if (end < 0) this.#fail('unexpected end of statement while looking for matching single-quote', start)
    this.#at = end + 1
    return this.#quotes === 'keep' ? this.#source.slice(start, end + 1) : this.#source.slice(start + 1, end)
  }

  #doubleQuoted(): string {
    const start = this.#at
    const mark = this.#quotes === 'keep' ? '"' : ''
    this.#next()
    let text = mark
    for (;;) {
      const character = this.#peek()
      if (character === undefined) {
        this.#fail('unexpected end of statement while looking for matching double-quote', start)
      }
      if (character === '$') {
        text += this.#dollar()
        continue
      }
      this.#next()
      if (character === '"') return text + mark
      text += character === this.#escape ? this.#escapedInQuotes() : character
    }
  }

  /** Within double quotes only `"`, `$` and the escape itself can be escaped; before others the escape stays. */
  #escapedInQuotes(): string {
    const kept = this.#keepEscapes ? this.#escape : ''
    const next = this.#peek()
    if (next === undefined) return kept
    if (next !== '"' && next !== '$' && next !== this.#escape) return kept + this.#escape
    this.#next()
    return kept + next
  }

  #value(name: string, hasStandIn = false): string | undefined {
    const value = this.#lookup(name)
    if (value !== undefined) this.#matched.add(name)
    else {
      this.#unmatched.add(name)
      if (!hasStandIn) this.#undefined.add(name)
    }
    return value
  }

  /** `$name`, `${name}` and `${name` with something done to it. */
  #dollar(): string {
    const start = this.#at
    this.#next()
    if (this.#peek() !== '{') {
      const name = this.#name()
      if (name === '') return '$'
      return this.#value(name) ?? (this.#keepUnset ? `$${name}` : '')
    }
    this.#next()
    const first = this.#peek()
    if (first === undefined) this.#fail("syntax error: missing '}'", start)
    if (first === '{' || first === '}' || first === ':') this.#fail('syntax error: bad substitution', start)
    const name = this.#name()
    const sign = this.#next()
    switch (sign) {
      case '}':
        return this.#value(name) ?? (this.#keepUnset ? `\${${name}}` : '')
      case ':':
        return this.#modified(name, this.#next() ?? '', true, start)
      case '+':
      case '-':
      case '?':
      case '#':
      case '%':
        return this.#modified(name, sign, false, start)
      case '/':
        return this.#replaced(name, start)
      case undefined:
        return this.#fail("syntax error: missing '}'", start)
      default:
        return this.#fail(`unsupported modifier (${sign}) in substitution`, start)
    }
  }

  #modified(name: string, sign: string, emptyIsUnset: boolean, start: number): string {
    const isPattern = sign === '#' || sign === '%'
    const word = this.#part('}', isPattern, "syntax error: missing '}'", start)
    const value = this.#value(name, !isPattern)
    const signs = (emptyIsUnset ? ':' : '') + sign
    if (value === undefined && this.#keepUnset) return `\${${name}${signs}${word}}`
    const isSet = value !== undefined && !(emptyIsUnset && value === '')
    switch (sign) {
      case '-':
        return isSet ? value : word
      case '+':
        return isSet ? word : ''
      case '?': {
        if (isSet) return value
        const standing = value === undefined ? 'is not allowed to be unset' : 'is not allowed to be empty'
        return this.#fail(`${name}: ${word === '' ? standing : word}`, start)
      }
      case '#':
      case '%': {
        const greedy = word.startsWith(sign)
        const pattern = greedy ? word.slice(1) : word
        const trim = sign === '#' ? trimPrefix : trimSuffix
        return this.#matching(pattern, start, () => trim(value ?? '', pattern, greedy))
      }
      default:
        return this.#fail(`unsupported modifier (${signs}) in substitution`, start)
    }
  }

  #replaced(name: string, start: number): string {
    const all = this.#peek() === '/'
    if (all) this.#next()
    const pattern = this.#part('/', true, "syntax error: missing '/' in ${}", start)
    const replacement = this.#part('}', true, "syntax error: missing '}'", start)
    const value = this.#value(name)
    if (value === undefined && this.#keepUnset) {
      return `\${${name}${all ? '//' : '/'}${pattern}/${replacement}}`
    }
    return this.#matching(pattern, start, () => replacePattern(value ?? '', pattern, replacement, all))
  }

  /** What stands up to `stop` within braces; `missing` is said where the text ends before. */
  #part(stop: string, keepEscapes: boolean, missing: string, start: number): string {
    try {
      return this.#until(stop, keepEscapes).text
    } catch (error) {
      if (error instanceof ExpansionError && this.#at >= this.#source.length) this.#fail(missing, start)
      throw error
    }
  }

  #matching(pattern: string, start: number, apply: () => string): string {
    try {
      return apply()
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      return this.#fail(`invalid pattern (${pattern}) in substitution: ${why}`, start)
    }
  }

  /** A name, a run of digits, or one of the shell's special parameters. */
  #name(): string {
    const rest = /[0-9]+|[@*#?\-$!]|[\p{L}_][\p{L}\p{Nd}_]*/uy
    rest.lastIndex = this.#at
    const name = rest.exec(this.#source)?.[0] ?? ''
    this.#at += name.length
    return name
  }
}

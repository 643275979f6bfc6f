/** Variables in text: `$NAME`, `${NAME}` and the six operators, nested as deep as one likes; `$$` is a dollar. */

/** What a variable is, or undefined when it is not set. */
export type Lookup = (name: string) => string | undefined

/** Text that is no template, or a variable that must be set and is not. `offset` counts characters from 0. */
export class TemplateError extends Error {
  readonly offset: number
  readonly remedy: string | undefined

  constructor(message: string, offset: number, remedy?: string) {
    super(message)
    this.name = 'TemplateError'
    this.offset = offset
    this.remedy = remedy
  }
}

/** The text with its variables put in. `unset` is told of each that has neither value nor default. */
export function substitute(text: string, lookup: Lookup, unset: (name: string) => void = () => {}): string {
  return new Template(text, lookup, unset).whole()
}

const NAME = /[A-Za-z_][A-Za-z0-9_]*/y
const OPERATORS = [':-', ':?', ':+', '-', '?', '+'] as const
type Operator = (typeof OPERATORS)[number]

class Template {
  readonly #text: string
  readonly #lookup: Lookup
  readonly #unset: (name: string) => void
  #at = 0

  constructor(text: string, lookup: Lookup, unset: (name: string) => void) {
    this.#text = text
    this.#lookup = lookup
    this.#unset = unset
  }

  whole(): string {
    return this.#until('', true)
  }

  /** Reads up to `end` (or to the end of the text); without `live` nothing is looked up and no one is told. */
  #until(end: '' | '}', live: boolean): string {
    let out = ''
    while (this.#at < this.#text.length) {
      const char = this.#text[this.#at]
      if (char === end && end !== '') return out
      if (char !== '$') {
        out += char
        this.#at++
      } else if (this.#text[this.#at + 1] === '$') {
        out += '$'
        this.#at += 2
      } else out += this.#variable(live)
    }
    return out
  }

  #variable(live: boolean): string {
    const start = this.#at++
    const braced = this.#text[this.#at] === '{'
    if (braced) this.#at++
    NAME.lastIndex = this.#at
    const name = NAME.exec(this.#text)?.[0]
    if (name === undefined) {
      const said = this.#text.slice(start, start + 12)
      throw new TemplateError(`"${said}" is no variable`, start, 'write $$ for a plain dollar sign')
    }
    this.#at += name.length
    if (!braced) return this.#value(name, live)
    const operator = OPERATORS.find((candidate) => this.#text.startsWith(candidate, this.#at))
    if (operator === undefined) {
      this.#close(start, name)
      return this.#value(name, live)
    }
    this.#at += operator.length
    return this.#operate(name, operator, start, live)
  }

  #operate(name: string, operator: Operator, start: number, live: boolean): string {
    const value = this.#lookup(name)
    const there = value !== undefined && (operator.length === 1 || value !== '')
    const wanted = operator.endsWith('+') ? there : !there
    const word = this.#until('}', live && wanted)
    this.#close(start, name)
    if (!live) return ''
    switch (operator) {
      case ':-':
      case '-':
        return there ? value : word
      case ':+':
      case '+':
        return there ? word : ''
      case ':?':
      case '?': {
        if (there) return value
        const why = word === '' ? '' : `: ${word}`
        throw new TemplateError(
          `the variable ${name} must be set${operator === ':?' ? ' and not be empty' : ''}${why}`,
          start,
          `set ${name} in the environment or in .env`,
        )
      }
    }
  }

  #value(name: string, live: boolean): string {
    const value = this.#lookup(name)
    if (value === undefined && live) this.#unset(name)
    return value ?? ''
  }

  #close(start: number, name: string): void {
    if (this.#text[this.#at] === '}') {
      this.#at++
      return
    }
    const rest = this.#text.slice(this.#at, this.#at + 8)
    const remedy = `write \${${name}}, \${${name}:-default}, \${${name}:?message} or \${${name}:+other}`
    throw new TemplateError(
      rest === '' ? `"\${${name}" has no closing brace` : `"${rest}" cannot follow \${${name}`,
      start,
      remedy,
    )
  }
}

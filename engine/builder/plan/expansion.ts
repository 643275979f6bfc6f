/** Words of instructions with their variables replaced, and remarks on those that there are none of. */
import { type ExpandOptions, ExpansionError, expandWord, expandWords } from '../parse/expand.ts'
import { suggest } from '../parse/suggest.ts'
import type { Range, Word } from '../parse/tree.ts'
import type { Environment } from './environment.ts'
import { PlanError } from './plan-error.ts'
import type { PlanWarning } from './step.ts'

/** Variables, and the names that are declared without a value: asking for those is no mistake. */
export interface Variables {
  readonly env: Environment
  readonly args: readonly { readonly name: string }[]
}

export class Expander {
  readonly #escape: '\\' | '`'
  readonly #warn: (warning: PlanWarning) => void

  constructor(escapeSign: '\\' | '`', warn: (warning: PlanWarning) => void) {
    this.#escape = escapeSign
    this.#warn = warn
  }

  /** One word. Throws PlanError at its place. */
  word(
    word: Word,
    variables: Variables,
    options: ExpandOptions = {},
    remark: Remark = undefinedVariable(variables),
  ): string {
    return this.#read(word, () => {
      const lookup = (name: string) => variables.env.get(name)
      const { text, unmatched } = expandWord(word.text, lookup, { escape: this.#escape, ...options })
      this.#checkNames(word, unmatched, variables, remark)
      return text
    })
  }

  /** A word or none. */
  optional(word: Word | null, variables: Variables): string | null {
    return word === null ? null : this.word(word, variables)
  }

  /** A word that may become several. */
  words(word: Word, variables: Variables): readonly string[] {
    const lookup = (name: string) => variables.env.get(name)
    return this.#read(word, () => expandWords(word.text, lookup, { escape: this.#escape }))
  }

  /** An instruction's text for people: what cannot be read stays as it is. */
  text(text: string, env: (name: string) => string | undefined, options: ExpandOptions): string {
    try {
      return expandWord(text, env, { escape: this.#escape, ...options }).text
    } catch {
      return text
    }
  }

  #read<Result>(word: Word, read: () => Result): Result {
    try {
      return read()
    } catch (error) {
      if (!(error instanceof ExpansionError)) throw error
      throw new PlanError(error.message, shifted(word.range, error.offset), { cause: error })
    }
  }

  #checkNames(word: Word, unmatched: ReadonlySet<string>, { args }: Variables, remark: Remark): void {
    for (const name of unmatched) {
      // A default says that it may be missing.
      if (new RegExp(`\\$\\{${name}:?[-+?]`).test(word.text)) continue
      if (!args.some((arg) => arg.name === name)) this.#warn({ ...remark(name), range: word.range })
    }
  }
}

/** What is said of a name that nothing is known of. */
type Remark = (name: string) => Omit<PlanWarning, 'range'>

function undefinedVariable({ env }: Variables): Remark {
  return (name) => {
    const near = suggest(name, env.names())
    const hint = near === null ? '' : ` (did you mean $${near}?)`
    return { rule: 'UndefinedVar', message: `Usage of undefined variable '$${name}'${hint}` }
  }
}

/** The place within a word, as long as the word is on one line. */
function shifted(range: Range, offset: number): Range {
  if (range.start.line !== range.end.line) return range
  return { ...range, start: { ...range.start, column: range.start.column + offset } }
}

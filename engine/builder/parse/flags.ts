import { type Problems, toProblem } from './problem.ts'
import type { Slice } from './source.ts'
import { suggest } from './suggest.ts'
import type { Range, Word } from './tree.ts'

/** `--name=value` before the arguments. Quotes and escapes in it are already taken off. */
export interface Flag {
  readonly name: string
  readonly value: Slice | null
  readonly range: Range
}

/** Splits `text` into its leading flags and the rest. `--` alone ends the flags. */
export function splitFlags(slice: Slice): { readonly flags: readonly Flag[]; readonly rest: Slice } {
  const flags: Flag[] = []
  const { text } = slice
  let at = 0
  for (;;) {
    at += text.slice(at).length - text.slice(at).trimStart().length
    if (!text.startsWith('--', at)) return { flags, rest: slice.sub(at).trim() }
    const word = readFlag(text, at)
    if (word.text === '--') return { flags, rest: slice.sub(word.end).trim() }
    flags.push(toFlag(slice.pick(word.indices), slice.range(at, word.end)))
    at = word.end
  }
}

/** Where the flag ends that starts at `start`. */
export function flagEnd(text: string, start: number): number {
  return readFlag(text, start).end
}

function readFlag(text: string, start: number): { text: string; indices: readonly number[]; end: number } {
  const indices: number[] = []
  let quote = ''
  let at = start
  for (; at < text.length; at++) {
    const character = text[at] ?? ''
    if (quote === '' && /\s/u.test(character)) break
    if (character === '\\') {
      // In a flag the escape is always a backslash, whatever the directive says.
      if (at + 1 < text.length) indices.push(++at)
    } else if (quote === '' && (character === '"' || character === "'")) quote = character
    else if (character === quote) quote = ''
    else indices.push(at)
  }
  return { text: indices.map((index) => text[index]).join(''), indices, end: at }
}

function toFlag(word: Slice, range: Range): Flag {
  const equals = word.text.indexOf('=')
  if (equals < 0) return { name: word.text.slice(2), value: null, range }
  return { name: word.text.slice(2, equals), value: word.sub(equals + 1), range }
}

/** How often a flag may stand, and whether it needs a value. */
export type FlagKind = 'text' | 'boolean' | 'list'

/** The flags of one instruction, sorted by name; what is wrong with them is told to `problems`. */
export class FlagValues {
  readonly #problems: Problems
  readonly #values = new Map<string, Flag[]>()

  constructor(flags: readonly Flag[], kinds: Readonly<Record<string, FlagKind>>, problems: Problems) {
    this.#problems = problems
    for (const flag of flags) {
      const kind = Object.hasOwn(kinds, flag.name) ? kinds[flag.name] : undefined
      if (kind === undefined) {
        const near = suggest(flag.name, Object.keys(kinds))
        const message = `unknown flag: --${flag.name}`
        problems.push(toProblem(message, flag.range, near === null ? null : `--${near}`))
        continue
      }
      const earlier = this.#values.get(flag.name)
      if (earlier !== undefined && kind !== 'list') {
        problems.push(toProblem(`duplicate flag specified: --${flag.name}`, flag.range))
      } else if (kind !== 'boolean' && flag.value === null) {
        problems.push(toProblem(`missing a value on flag: --${flag.name}`, flag.range, `--${flag.name}=`))
      } else this.#values.set(flag.name, [...(earlier ?? []), flag])
    }
  }

  slices(name: string): readonly Slice[] {
    return (this.#values.get(name) ?? []).flatMap((flag) => (flag.value === null ? [] : [flag.value]))
  }

  list(name: string): readonly Word[] {
    return this.slices(name).map((slice) => slice.word())
  }

  /** Null where the flag is not there, or says nothing. */
  text(name: string): Word | null {
    const word = this.list(name)[0]
    return word === undefined || word.text === '' ? null : word
  }

  /** Null where the flag is not there; a flag without value is true. */
  boolean(name: string): boolean | null {
    const flag = this.#values.get(name)?.[0]
    if (flag === undefined) return null
    const value = flag.value?.text.toLowerCase() ?? 'true'
    if (value === 'true' || value === 'false') return value === 'true'
    const message = `expecting boolean value for flag --${name}, not: ${flag.value?.text ?? ''}`
    this.#problems.push(toProblem(message, flag.range, `--${name}=true`))
    return null
  }
}

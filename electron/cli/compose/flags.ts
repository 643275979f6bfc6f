/** Reads flags as Docker's command line writes them: those before a command's name, and each command's own. Pure. */
import { parseArgs } from 'node:util'
import { EngineError } from '../../../engine/errors.ts'

/** A flag: whether it has a value, its letter, and whether it may be repeated. */
export interface Flag {
  readonly type: 'string' | 'boolean'
  readonly short?: string
  readonly multiple?: boolean
}

export type FlagTable = Readonly<Record<string, Flag>>

/** Flags that were given, and what else stood there. */
export class Flags {
  readonly #values: Readonly<Record<string, unknown>>
  readonly names: readonly string[]

  constructor(values: Readonly<Record<string, unknown>>, names: readonly string[]) {
    this.#values = values
    this.names = names
  }

  /** A flag without a value. */
  yes(name: string): boolean {
    return this.#values[name] === true
  }

  text(name: string): string | undefined {
    return this.list(name).at(-1)
  }

  list(name: string): readonly string[] {
    const value = this.#values[name]
    return value === undefined ? [] : Array.isArray(value) ? (value as string[]) : [String(value)]
  }

  /** A whole number. Throws `invalid`. */
  whole(name: string): number | undefined {
    const text = this.text(name)
    if (text === undefined) return undefined
    if (!/^\d+$/.test(text)) throw new EngineError('invalid', `--${name} ${text}: it needs a whole number`)
    return Number(text)
  }

  /** One of these words. Throws `invalid`. */
  oneOf<T extends string>(name: string, words: readonly T[]): T | undefined {
    const text = this.text(name)
    if (text === undefined || (words as readonly string[]).includes(text)) return text as T | undefined
    throw new EngineError('invalid', `--${name} ${text}: there are ${words.join(', ')}`)
  }

  /** Refuses what cannot be had together. Throws `invalid`. */
  exclude(one: string, other: string): void {
    if (this.#values[one] && this.#values[other])
      throw new EngineError('invalid', `--${one} and --${other} cannot be had together`)
  }
}

/**
 * Reads flags. With `leading`, only those before the first name: the rest belongs to somebody else. `--flag=true` and
 * `--flag=false` are taken for flags without a value. Throws `invalid`.
 */
export function readFlags(
  args: readonly string[],
  table: FlagTable,
  { leading, usage }: { readonly leading: boolean; readonly usage: string },
): Flags {
  const end = leading ? firstName(args, table) : args.length
  const own = args.slice(0, end).flatMap((arg) => {
    const [, name = '', value] = /^--([a-z-]+)=(true|false)$/i.exec(arg) ?? []
    if (table[name]?.type !== 'boolean') return [arg]
    if (value?.toLowerCase() === 'true') return [`--${name}`]
    return table[`no-${name}`] ? [`--no-${name}`] : []
  })
  try {
    const { values, positionals } = parseArgs({ args: own, allowPositionals: true, options: { ...table } })
    return new Flags(values, [...positionals, ...args.slice(end)])
  } catch (cause) {
    throw new EngineError('invalid', `${(cause as Error).message}; see "longshore ${usage} --help"`, {
      cause,
    })
  }
}

/** Where the flags end: at the first word that is neither a flag nor a flag's value. */
function firstName(args: readonly string[], table: FlagTable): number {
  const byLetter = new Map(Object.values(table).map((flag) => [flag.short, flag]))
  let at = 0
  for (; at < args.length; at++) {
    const arg = args[at] ?? ''
    if (arg === '--') return at + 1
    if (!arg.startsWith('-') || arg === '-') return at
    if (arg.startsWith('--')) {
      if (table[arg.slice(2)]?.type === 'string') at++
      continue
    }
    // `-p80:80` has its value; `-T` and `-dT` have none; `-p 80:80` has it in the next word.
    const taking = [...arg.slice(1)].findIndex((letter) => byLetter.get(letter)?.type === 'string')
    if (taking === arg.length - 2) at++
  }
  return at
}

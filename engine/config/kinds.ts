/**
 * Kinds of settings: how each is written in a JSON file and on a command line. Both are read to the same value, so
 * that a key does the same whichever way it comes.
 */

/** A value cannot be this. The message completes "KEY ...", such as `must be true or false, not "yes"`. */
export class WrongValue extends Error {}

/** One kind of setting. Both readers throw `WrongValue`. */
export interface Kind<T> {
  /** What a flag of it takes: nothing (or `=false`), one value, or one value each time it is given. */
  readonly takes: 'switch' | 'one' | 'many'
  /** For the help text; empty for switches. */
  readonly placeholder: string
  readonly fromFile: (value: unknown) => T
  readonly fromFlags: (words: readonly string[]) => T
}

/** A whole number from 0 on, in the unit that its key says. */
export const count: Kind<number> = {
  takes: 'one',
  placeholder: 'NUMBER',
  fromFile(value) {
    if (typeof value !== 'number' || !Number.isInteger(value) || value < 0)
      throw wrong('a whole number', value)
    return value
  },
  fromFlags: ([word = '']) => {
    if (!/^\d{1,15}$/.test(word)) throw wrong('a whole number', word)
    return Number(word)
  },
}

export const flag: Kind<boolean> = {
  takes: 'switch',
  placeholder: '',
  fromFile(value) {
    if (typeof value !== 'boolean') throw wrong('true or false', value)
    return value
  },
  fromFlags: ([word = '']) => {
    if (['true', '1', 't'].includes(word)) return true
    if (['false', '0', 'f'].includes(word)) return false
    throw wrong('true or false', word)
  },
}

export const text: Kind<string> = ofText('TEXT', (value) => value)

/** One of a few words. */
export function choice<T extends string>(...words: readonly T[]): Kind<T> {
  return ofText(words.join('|'), (value) => {
    const found = words.find((word) => word === value)
    if (found === undefined) throw new WrongValue(`cannot be "${value}": use one of ${words.join(', ')}`)
    return found
  })
}

/** A path from the root of the file system: an engine has no directory that others could count on. */
export const path: Kind<string> = ofText('PATH', (value) => {
  if (value === '') throw new WrongValue('must be a path, and is empty')
  return value
})

const UNITS: Readonly<Record<string, number>> = { b: 0, k: 1, m: 2, g: 3, t: 4 }

/** Bytes, as a number or with a unit: `67108864`, `"64m"`, `"64MiB"`. */
export const size: Kind<number> = {
  takes: 'one',
  placeholder: 'SIZE',
  fromFile: (value) => (typeof value === 'number' ? count.fromFile(value) : bytes(String(value))),
  fromFlags: ([word = '']) => bytes(word),
}

function bytes(word: string): number {
  const match = /^(\d+(?:\.\d+)?) ?([kmgt]?)(?:i?b)?$/i.exec(word.trim())
  if (!match) throw new WrongValue(`must be a size such as "64m", not "${word}"`)
  return Math.floor(Number(match[1]) * 1024 ** (UNITS[(match[2] || 'b').toLowerCase()] ?? 0))
}

/** Several values; a flag is given once for each. */
export function list<T>(placeholder: string, read: (word: string) => T): Kind<readonly T[]> {
  return {
    takes: 'many',
    placeholder,
    fromFile(value) {
      if (!Array.isArray(value)) throw wrong('a list', value)
      return value.map((item) => {
        if (typeof item !== 'string') throw wrong('a list of texts', item)
        return read(item)
      })
    },
    fromFlags: (words) => words.map(read),
  }
}

/** Names with a value each: an object in a file, `NAME=VALUE` as a flag. */
export function map<T>(
  placeholder: string,
  inFile: (value: unknown, name: string) => T,
  inFlag: (word: string, name: string) => T,
): Kind<Readonly<Record<string, T>>> {
  return {
    takes: 'many',
    placeholder,
    fromFile(value) {
      if (value === null || typeof value !== 'object' || Array.isArray(value)) throw wrong('an object', value)
      return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, inFile(item, name)]))
    },
    fromFlags: (words) =>
      Object.fromEntries(
        words.map((word) => {
          const at = word.indexOf('=')
          if (at < 1) throw new WrongValue(`must be ${placeholder}, not "${word}"`)
          return [word.slice(0, at), inFlag(word.slice(at + 1), word.slice(0, at))]
        }),
      ),
  }
}

/** One text, read further. */
export function ofText<T>(placeholder: string, read: (value: string) => T): Kind<T> {
  return {
    takes: 'one',
    placeholder,
    fromFile(value) {
      if (typeof value !== 'string') throw wrong('a text', value)
      return read(value)
    },
    fromFlags: ([word = '']) => read(word),
  }
}

/** `must be WANTED, not VALUE`. */
export function wrong(wanted: string, value: unknown): WrongValue {
  return new WrongValue(`must be ${wanted}, not ${JSON.stringify(value) ?? 'nothing'}`)
}

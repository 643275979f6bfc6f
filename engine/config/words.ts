/** A command line taken apart: which flags were given, with which words. Pure. */
import { EngineError } from '../errors.ts'
import { ALL_KEYS, flagsOf, type KeyName } from './keys.ts'
import { nearest } from './nearest.ts'

/** What a flag takes. */
export type Takes = 'switch' | 'one' | 'many'

/** Flags of one command: the way each is written -> what it is called and takes. */
export type FlagTable = ReadonlyMap<string, { readonly name: string; readonly takes: Takes }>

/** Words by the flag's name. */
export type Words = ReadonlyMap<string, readonly string[]>

/** A table of flags by their plain names. */
export function flagTable(flags: Readonly<Record<string, Takes>>): FlagTable {
  return new Map(Object.entries(flags).map(([name, takes]) => [`--${name}`, { name, takes }]))
}

/** Flags of these keys of daemon.json, by every way to write them. */
export function keyFlags(wanted: (name: KeyName) => boolean): FlagTable {
  return new Map(
    ALL_KEYS.filter(([name]) => wanted(name)).flatMap(([name, { kind, short }]) => {
      const ways = [...flagsOf(name).map((flag) => `--${flag}`), ...(short ? [`-${short}`] : [])]
      return ways.map((way) => [way, { name, takes: kind.takes }] as const)
    }),
  )
}

/** Throws `invalid`, with the nearest flag that there is, for what it does not know. */
export function readWords(args: readonly string[], table: FlagTable, command: string): Words {
  const words = new Map<string, string[]>()
  for (let index = 0; index < args.length; index++) {
    const arg = args[index] ?? ''
    const [, way = arg, joined] = /^(--?[a-zA-Z0-9-]+)(?:=(.*))?$/s.exec(arg) ?? []
    const flag = table.get(way)
    if (!flag) throw unknown(arg, way, table, command)
    const before = words.get(flag.name)
    if (before && flag.takes !== 'many') throw new EngineError('invalid', `${way} is given twice`)
    let value = joined
    if (flag.takes === 'switch') {
      value ??= ['true', 'false'].includes(args[index + 1] ?? '') ? args[++index] : 'true'
    } else {
      value ??= args[++index]
    }
    if (value === undefined || value === '') throw new EngineError('invalid', `${way} needs a value`)
    words.set(flag.name, [...(before ?? []), value])
  }
  return words
}

function unknown(arg: string, way: string, table: FlagTable, command: string): EngineError {
  const near = nearest(way, [...table.keys()])
  const help = near === null ? 'see "longshore engine help"' : `did you mean ${near}?`
  return new EngineError('invalid', `${command} does not know "${arg}": ${help}`)
}

/** Kinds of settings that containers take their defaults from. */
import { map, text, type WrongValue, wrong } from './kinds.ts'

/** Soft and hard limit; -1 is none. */
export interface UlimitSetting {
  readonly soft: number
  readonly hard: number
}

/** In a file `{"nofile": {"Name": "nofile", "Soft": 1024, "Hard": 2048}}`, as a flag `nofile=1024:2048`. */
export const ulimits = map<UlimitSetting>(
  'NAME=SOFT[:HARD]',
  (value, name) => {
    const { Soft, Hard } = (value ?? {}) as { Soft?: unknown; Hard?: unknown }
    if (!isLimit(Soft) || !isLimit(Hard)) throw wrongUlimit(name, value)
    return ordered({ soft: Soft, hard: Hard }, name)
  },
  (word, name) => {
    const match = /^(-1|\d+)(?::(-1|\d+))?$/.exec(word)
    if (!match) throw wrongUlimit(name, word)
    return ordered({ soft: Number(match[1]), hard: Number(match[2] ?? match[1]) }, name)
  },
)

/** Names with a text each, such as options of a log driver. */
export const texts = map(
  'NAME=VALUE',
  (value) => text.fromFile(value),
  (word) => word,
)

/** `{"name": true}`, or `name=true`. */
export const features = map(
  'NAME=BOOL',
  (value) => {
    if (typeof value !== 'boolean') throw wrong('an object of true and false', value)
    return value
  },
  (word) => {
    if (word !== 'true' && word !== 'false') throw wrong('NAME=true or NAME=false', word)
    return word === 'true'
  },
)

function isLimit(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= -1
}

function ordered(limit: UlimitSetting, name: string): UlimitSetting {
  if (limit.hard !== -1 && (limit.soft === -1 || limit.soft > limit.hard)) {
    throw wrong(`limits whose soft one (${name}) is not above the hard one`, `${limit.soft}:${limit.hard}`)
  }
  return limit
}

function wrongUlimit(name: string, value: unknown): WrongValue {
  return wrong(`limits such as nofile=1024:2048 ("${name}")`, value)
}

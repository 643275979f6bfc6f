/** `builder` of daemon.json: how much the builder's cache may keep (dockerd, "builder.gc"). */
import { flag, type Kind, size, WrongValue, wrong } from './kinds.ts'

/** Bytes; what is left out is as the engine chooses. */
export interface BuilderSetting {
  readonly gc: {
    readonly enabled?: boolean
    /** As much is never taken away. */
    readonly reservedBytes?: number
    /** No more than that is kept. */
    readonly mostUsedBytes?: number
    /** So much of the disk is to be free. */
    readonly leastFreeBytes?: number
  }
}

type Field = keyof BuilderSetting['gc']

/** Docker's names; `defaultKeepStorage` is the oldest of the bounds. */
const FIELDS: Readonly<Record<string, Field>> = {
  enabled: 'enabled',
  defaultKeepStorage: 'mostUsedBytes',
  defaultReservedSpace: 'reservedBytes',
  defaultMaxUsedSpace: 'mostUsedBytes',
  defaultMinFreeSpace: 'leastFreeBytes',
}

/** In a file `{"gc": {"enabled": true, "defaultKeepStorage": "20GB"}}`, as a flag `gc.defaultKeepStorage=20g`. */
export const builder: Kind<BuilderSetting> = {
  takes: 'many',
  placeholder: 'gc.NAME=VALUE',
  fromFile(value) {
    const { gc = {}, ...others } = objectOf(value, 'an object with "gc"')
    const [other] = Object.keys(others)
    if (other !== undefined) throw new WrongValue(`has no "${other}" here: only "gc" is honoured`)
    const entries = Object.entries(objectOf(gc, 'an object in "gc"')).map(([name, item]) => {
      const field = fieldOf(name)
      return [field, field === 'enabled' ? flag.fromFile(item) : size.fromFile(item)]
    })
    return { gc: Object.fromEntries(entries) as BuilderSetting['gc'] }
  },
  fromFlags(words) {
    const entries = words.map((word) => {
      const match = /^gc\.([A-Za-z]+)=(.*)$/.exec(word)
      if (!match) throw wrong('gc.NAME=VALUE, such as gc.defaultKeepStorage=20g', word)
      const field = fieldOf(match[1] ?? '')
      const text = match[2] ?? ''
      return [field, field === 'enabled' ? flag.fromFlags([text]) : size.fromFlags([text])]
    })
    return { gc: Object.fromEntries(entries) as BuilderSetting['gc'] }
  },
}

function fieldOf(name: string): Field {
  const field = FIELDS[name]
  if (field) return field
  if (name === 'policy') {
    throw new WrongValue('has no policies here: the bounds of gc hold for all that is kept')
  }
  throw new WrongValue(`has no "gc.${name}": use one of ${Object.keys(FIELDS).join(', ')}`)
}

function objectOf(value: unknown, what: string): Readonly<Record<string, unknown>> {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) throw wrong(what, value)
  return value as Readonly<Record<string, unknown>>
}

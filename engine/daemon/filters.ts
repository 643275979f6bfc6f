/** Filters of lists and events: each name's values are alternatives, and all names must fit. */
import { EngineError } from '../errors.ts'

export type Filters = ReadonlyMap<string, readonly string[]>

/** Throws `invalid` when a filter is not one of `known`. */
export function checkFilters(filters: Filters, known: readonly string[]): void {
  for (const name of filters.keys()) {
    if (!known.includes(name)) throw new EngineError('invalid', `Invalid filter '${name}'`)
  }
}

/** True when no such filter is given, or one of its values fits. */
export function anyOf(filters: Filters, name: string, fits: (value: string) => boolean): boolean {
  const values = filters.get(name)
  return values === undefined || values.length === 0 || values.some(fits)
}

/** A yes or no filter (`dangling=true`); null when it is not given. Throws `invalid`. */
export function booleanFilter(filters: Filters, name: string): boolean | null {
  const values = filters.get(name)
  if (values === undefined || values.length === 0) return null
  const value = values[0]?.toLowerCase() ?? ''
  if (values.length > 1 || !['1', 'true', '0', 'false'].includes(value)) {
    throw new EngineError('invalid', `invalid filter '${name}=[${values.join(' ')}]'`)
  }
  return value === '1' || value === 'true'
}

/** `label` filters: all of them must be there, as `key` or `key=value`. `label!` ones must not. */
export function labelsFit(filters: Filters, labels: Readonly<Record<string, string>>): boolean {
  const has = (value: string) => {
    const equals = value.indexOf('=')
    return equals === -1
      ? labels[value] !== undefined
      : labels[value.slice(0, equals)] === value.slice(equals + 1)
  }
  return (filters.get('label') ?? []).every(has) && !(filters.get('label!') ?? []).some(has)
}

/** As Docker matches names: equal, or the value is a pattern found in it. */
export function nameFits(value: string, name: string): boolean {
  if (value === name) return true
  try {
    return new RegExp(value).test(name)
  } catch {
    return false // not a pattern, and not equal
  }
}

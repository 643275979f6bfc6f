/** Which events a client wants (Docker's `--filter` of events). */
import { anyOf, type Filters, labelsFit } from '../filters.ts'
import type { JournalEntry } from './journal.ts'

export const KNOWN_EVENT_FILTERS: readonly string[] = [
  'config',
  'container',
  'daemon',
  'event',
  'image',
  'label',
  'network',
  'node',
  'plugin',
  'scope',
  'secret',
  'service',
  'type',
  'volume',
]

/** True when an event passes every filter. */
export function eventFits(filters: Filters, entry: JournalEntry): boolean {
  const { type, action, id, attributes } = entry
  // `exec_create: sh` is an `exec_create`.
  const verb = action.split(':', 1)[0] ?? action
  const named = (kind: string) =>
    anyOf(filters, kind, (value) => {
      if (type !== kind) return attributes[kind] === value
      return id === value || attributes.name === value || (value.length >= 4 && id.startsWith(value))
    })
  return (
    anyOf(filters, 'type', (value) => value === type) &&
    anyOf(filters, 'event', (value) => value === action || value === verb) &&
    anyOf(filters, 'scope', (value) => value === 'local') &&
    labelsFit(filters, attributes) &&
    named('container') &&
    named('volume') &&
    named('network') &&
    anyOf(filters, 'image', (value) => imageFits(value, entry)) &&
    ['config', 'daemon', 'node', 'plugin', 'secret', 'service'].every((kind) =>
      anyOf(filters, kind, (value) => type === kind && (id === value || attributes.name === value)),
    )
  )
}

/** An image filter names an image with or without its tag, in image and container events. */
function imageFits(value: string, { type, id, attributes }: JournalEntry): boolean {
  const names = [id, attributes.name, attributes.image].filter((name) => name !== undefined)
  if (type !== 'image' && type !== 'container') return false
  return names.some((name) => name === value || withoutTag(name) === value)
}

function withoutTag(name: string): string {
  const colon = name.indexOf(':', name.lastIndexOf('/') + 1)
  return colon === -1 ? name : name.slice(0, colon)
}

/** Filters of POST /build/prune (Docker Engine API; buildx, prune --filter). */
import { EngineError } from '../../errors.ts'
import { anyOf, booleanFilter, checkFilters, type Filters, labelsFit } from '../filters.ts'
import { pruneUntil } from '../prune-until.ts'
import type { SeenRecord } from './cache-plan.ts'

const KNOWN = [
  ...['description', 'id', 'inuse', 'label', 'label!', 'parent', 'private', 'shared', 'type', 'until'],
  'unused-for',
]

/** Whether a record fits all of them. Throws `invalid`. */
export function cacheFilter(filters: Filters, now: number): (record: SeenRecord) => boolean {
  checkFilters(filters, KNOWN)
  const until = unusedSince(filters, now)
  const shared = booleanFilter(filters, 'shared')
  const own = booleanFilter(filters, 'private')
  const inUse = booleanFilter(filters, 'inuse')
  return (record) => {
    const isShared = record.images.length > 0
    return (
      (until === null || record.usedAt < until) &&
      (shared === null || isShared === shared) &&
      (own === null || isShared !== own) &&
      (inUse === null || record.inUse === inUse) &&
      // A record has no labels.
      labelsFit(filters, {}) &&
      anyOf(filters, 'id', (id) => record.id.startsWith(id)) &&
      anyOf(filters, 'parent', (id) => record.parents.includes(id)) &&
      anyOf(filters, 'type', (type) => record.type === type) &&
      anyOf(filters, 'description', (text) => record.description.includes(text))
    )
  }
}

/** `unused-for` is a duration; `until` the same under its older name, or a moment. */
function unusedSince(filters: Filters, now: number): number | null {
  const value = filters.get('unused-for')?.[0]
  if (value === undefined) return pruneUntil(filters)
  const parts = /^(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?$/.exec(value)
  if (value === '' || !parts) throw new EngineError('invalid', `invalid filter 'unused-for=[${value}]'`)
  const [hours, minutes, seconds] = [parts[1], parts[2], parts[3]].map((part) => Number(part ?? 0))
  return now - ((hours ?? 0) * 3600 + (minutes ?? 0) * 60 + (seconds ?? 0)) * 1000
}

/** The `until` filter of prunes. */
import { parseMoment } from './clock.ts'
import type { Filters } from './filters.ts'

/** Unix milliseconds of an `until` filter: a moment, or how long ago (`24h`). Throws `invalid`. */
export function pruneUntil(filters: Filters): number | null {
  const value = filters.get('until')?.[0]
  if (value === undefined) return null
  const ago = /^(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?$/.exec(value)
  if (value !== '' && ago) {
    return Date.now() - (Number(ago[1] ?? 0) * 3600 + Number(ago[2] ?? 0) * 60 + Number(ago[3] ?? 0)) * 1000
  }
  const nano = parseMoment(value)
  return nano === null ? null : Number(nano / 1_000_000n)
}

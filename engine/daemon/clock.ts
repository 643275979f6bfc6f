/** Times as Docker writes them: Unix nanoseconds and RFC 3339 with nine digits. */
import { EngineError } from '../errors.ts'

const NANOS_PER_MS = 1_000_000n
const NANOS_PER_SECOND = 1_000_000_000n

/** What Docker shows for "never". */
export const NEVER = '0001-01-01T00:00:00Z'

let last = 0n

/** Unix nanoseconds; each call answers a later moment than the one before, so that events have an order. */
export function nowNano(): bigint {
  const now = BigInt(Date.now()) * NANOS_PER_MS
  last = now > last ? now : last + 1000n
  return last
}

/** RFC 3339 in UTC with nine digits of a second. */
export function rfc3339(nano: bigint): string {
  const date = new Date(Number(nano / NANOS_PER_MS)).toISOString()
  const fraction = (((nano % NANOS_PER_SECOND) + NANOS_PER_SECOND) % NANOS_PER_SECOND)
    .toString()
    .padStart(9, '0')
  return `${date.slice(0, 19)}.${fraction}Z`
}

/** The same without zeros at the end of the fraction, as Go writes times. */
export function rfc3339Short(nano: bigint): string {
  return rfc3339(nano).replace(/\.?0+Z$/, 'Z')
}

/** `rfc3339` of a `Date`. */
export function rfc3339OfDate(date: Date): string {
  return rfc3339(BigInt(date.getTime()) * NANOS_PER_MS)
}

/** Unix nanoseconds of RFC 3339 text with any zone and up to nine digits; null when it is none. */
export function parseRfc3339(text: string): bigint | null {
  const match = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9})\d*)?(Z|[+-]\d\d:?\d\d)$/.exec(text)
  if (!match) return null
  const zone = match[3] === 'Z' ? 'Z' : `${match[3]?.slice(0, 3)}:${match[3]?.slice(-2)}`
  const ms = Date.parse(`${match[1]}${zone}`)
  if (Number.isNaN(ms)) return null
  return BigInt(ms) * NANOS_PER_MS + BigInt((match[2] ?? '').padEnd(9, '0'))
}

/** `since` and `until` of a query: Unix seconds with a fraction, or RFC 3339. Null when empty. Throws `invalid`. */
export function parseMoment(text: string): bigint | null {
  if (text === '') return null
  const match = /^(-?\d+)(?:\.(\d{1,9})\d*)?$/.exec(text)
  if (match) return BigInt(match[1] ?? 0) * NANOS_PER_SECOND + BigInt((match[2] ?? '').padEnd(9, '0'))
  const nano = parseRfc3339(text)
  if (nano === null) throw new EngineError('invalid', `invalid time "${text}": give Unix seconds or RFC 3339`)
  return nano
}

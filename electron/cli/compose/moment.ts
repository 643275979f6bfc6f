/** Moments as Docker's command line takes them. Pure. */
import { EngineError } from '../../../engine/errors.ts'

const SECONDS: Readonly<Record<string, number>> = { ns: 1e-9, us: 1e-6, ms: 1e-3, s: 1, m: 60, h: 3600 }

/**
 * Seconds since 1970 as the API takes them: of a date of RFC 3339, of a number of seconds, or of a span before `now`
 * (`1h30m`). Throws `invalid`.
 */
export function momentOf(text: string, now: number): string {
  if (/^\d+(\.\d{1,9})?$/.test(text)) return text
  if (/^(\d+(\.\d+)?(ns|us|ms|s|m|h))+$/.test(text)) {
    let span = 0
    for (const [, amount = '0', unit = 's'] of text.matchAll(/(\d+(?:\.\d+)?)(ns|us|ms|s|m|h)/g)) {
      span += Number(amount) * (SECONDS[unit] ?? 0)
    }
    return (now / 1000 - span).toFixed(9)
  }
  const time = Date.parse(text)
  if (Number.isNaN(time))
    throw new EngineError(
      'invalid',
      `"${text}" is no moment: write 42m, 2030-01-31T12:00:00Z, or seconds since 1970`,
    )
  // What is finer than a millisecond is kept as it was written.
  const fraction = /\.(\d{1,9})/.exec(text)?.[1]
  return fraction === undefined ? String(time / 1000) : `${Math.floor(time / 1000)}.${fraction}`
}

const MILLISECONDS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
}

/** The milliseconds of a duration in Go's form, as `1m30s` or `-1.5h`, or null where `text` is none. */
export function durationMilliseconds(text: string): number | null {
  const sign = text.startsWith('-') ? -1 : 1
  const unsigned = text.replace(/^[+-]/, '')
  if (unsigned === '0') return 0
  if (!/^(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+$/.test(unsigned)) return null
  let sum = 0
  for (const match of unsigned.matchAll(/([\d.]+)([^\d.]+)/g)) {
    sum += Number(match[1]) * (MILLISECONDS[match[2] ?? ''] ?? 0)
  }
  return sign * sum
}

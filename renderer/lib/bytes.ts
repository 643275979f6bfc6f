/** Sizes, rates and shares as a person reads them. */

const DECIMAL = ['B', 'kB', 'MB', 'GB', 'TB'] as const

/** Bytes in powers of 1000, three digits at most: `0 B`, `18 MB`, `1.2 GB`. What images and disks are measured in. */
export function formatBytes(bytes: number): string {
  return scale(bytes, 1000)
}

/** Bytes in powers of 1024 under the names that system monitors use: a limit of 512 MiB reads `512 MB`. */
export function formatMemory(bytes: number): string {
  return scale(bytes, 1024)
}

/** Bytes a second: `3.4 MB/s`. */
export function formatRate(bytesPerSecond: number): string {
  return `${formatBytes(bytesPerSecond)}/s`
}

/** Percent of one core, one decimal below 100: `6.1%`, `0.0%`, `230%`. */
export function formatPercent(percent: number): string {
  return percent >= 99.95 ? `${Math.round(percent)}%` : `${percent.toFixed(1)}%`
}

/** `512m`, `2g`, `1.5 GB` to bytes in powers of 1024; null when it is no size. */
export function parseMemory(text: string): number | null {
  const match = /^\s*(\d+(?:\.\d+)?)\s*([kmgt])?i?b?\s*$/i.exec(text)
  if (!match) return null
  const power = ['', 'k', 'm', 'g', 't'].indexOf((match[2] ?? '').toLowerCase())
  return Math.round(Number(match[1]) * 1024 ** power)
}

function scale(bytes: number, step: number): string {
  let value = Math.max(0, bytes)
  let unit = 0
  // Four digits do not fit a column: what rounds to 1000 is told in the next unit, where a unit holds 1024 too.
  while (value >= 999.5 && unit < DECIMAL.length - 1) {
    value /= step
    unit += 1
  }
  const digits = unit === 0 || value >= 9.95 ? 0 : 1
  return `${value.toFixed(digits)} ${DECIMAL[unit]}`
}

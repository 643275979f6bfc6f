/** The figures as a table for people and as JSON for machines. Pure. */
import type { Series } from './statistics.ts'

/** One row: a measure, its figures by contender, and the bound for ours against dockerd's. */
export interface Row {
  readonly name: string
  readonly unit: 'ms' | 'MB'
  readonly figures: Readonly<Record<string, Series>>
  readonly target: { readonly kind: 'ratio' | 'at most'; readonly value: number } | null
}

/** Whether a row meets its bound; null when it has none or a side is missing. */
export function verdict(row: Row): { readonly met: boolean; readonly said: string } | null {
  const ours = row.figures.longshore
  if (row.target === null || ours === undefined) return null
  if (row.target.kind === 'at most') {
    return { met: ours.median <= row.target.value, said: `at most ${row.target.value} ${row.unit}` }
  }
  const theirs = row.figures.dockerd
  if (theirs === undefined) return null
  const ratio = ours.median / theirs.median
  return {
    met: ratio <= row.target.value,
    said: `${ratio.toFixed(2)}x of dockerd, bound ${row.target.value}x`,
  }
}

/** The table as text: medians, with the bound and whether it is met. */
export function table(rows: readonly Row[], contenders: readonly string[]): string {
  const head = ['', ...contenders, 'bound', 'met']
  const body = rows.map((row) => {
    const result = verdict(row)
    const cells = contenders.map((name) => {
      const series = row.figures[name]
      return series === undefined ? '-' : `${series.median.toFixed(1)} ${row.unit}`
    })
    return [row.name, ...cells, result?.said ?? '', result === null ? '' : result.met ? 'yes' : 'NO']
  })
  const lines = [head, ...body]
  const widths = head.map((_, column) => Math.max(...lines.map((line) => (line[column] ?? '').length)))
  const draw = (line: readonly string[]) =>
    line.map((cell, n) => (n === 0 ? cell.padEnd(widths[n] ?? 0) : cell.padStart(widths[n] ?? 0))).join('  ')
  return lines.map(draw).join('\n')
}

/** A prune plan for people: a line a thing, with its bytes and its reason. */
import type { PrunePlan } from '../../api/longshore/prune.ts'

export function printPrune({ steps, bytes }: PrunePlan): string {
  if (steps.length === 0) return 'nothing to remove\n'
  const rows = steps.map(({ kind, name, bytes, reason }) => [kind, name, humanBytes(bytes), reason])
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => (row[column] ?? '').length)))
  const lines = rows.map((row) =>
    row
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join('  ')
      .trimEnd(),
  )
  const count = `${steps.length} thing${steps.length === 1 ? '' : 's'}`
  return `${lines.join('\n')}\n${count}, which frees ${humanBytes(bytes)}\n`
}

/** As Docker prints sizes: decimal units, four digits that matter. */
export function humanBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  let unit = 0
  let value = bytes
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000
    unit++
  }
  return `${Number(value.toPrecision(4))}${units[unit]}`
}

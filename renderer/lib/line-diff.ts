/** Which lines of a text are not those of another. Pure. */

export interface LineChange {
  /** The first and the last line of it, from 1, in the new text. */
  readonly line: number
  readonly to: number
  /** What stood there; empty for lines that are new. */
  readonly was: readonly string[]
  /** Lines went and none came: `line` is the one after which they stood. */
  readonly gone: boolean
}

/** Beyond this many pairs of lines, all between the first and the last difference counts as one. */
const MOST = 4_000_000

/** The changes from `before` to `now`, from top to bottom. */
export function lineChanges(before: string, now: string): readonly LineChange[] {
  const a = before.split('\n')
  const b = now.split('\n')
  let start = 0
  while (start < a.length && start < b.length && a[start] === b[start]) start += 1
  let endA = a.length
  let endB = b.length
  while (endA > start && endB > start && a[endA - 1] === b[endB - 1]) {
    endA -= 1
    endB -= 1
  }
  const changes: LineChange[] = []
  const add = (fromA: number, toA: number, fromB: number, toB: number) => {
    if (fromA === toA && fromB === toB) return
    const gone = fromB === toB
    changes.push({
      line: gone ? Math.max(1, fromB) : fromB + 1,
      to: gone ? Math.max(1, fromB) : toB,
      was: a.slice(fromA, toA),
      gone,
    })
  }
  const rows = endA - start
  const columns = endB - start
  if (rows * columns > MOST) {
    add(start, endA, start, endB)
    return changes
  }
  // The longest common subsequence, by the table that everyone knows.
  const table = Array.from({ length: rows + 1 }, () => new Uint32Array(columns + 1))
  for (let i = rows - 1; i >= 0; i--) {
    for (let j = columns - 1; j >= 0; j--) {
      const row = table[i] as Uint32Array
      const below = table[i + 1] as Uint32Array
      row[j] =
        a[start + i] === b[start + j] ? (below[j + 1] ?? 0) + 1 : Math.max(below[j] ?? 0, row[j + 1] ?? 0)
    }
  }
  let i = 0
  let j = 0
  let fromA = 0
  let fromB = 0
  while (i < rows && j < columns) {
    if (a[start + i] === b[start + j]) {
      add(start + fromA, start + i, start + fromB, start + j)
      i += 1
      j += 1
      fromA = i
      fromB = j
    } else if ((table[i + 1]?.[j] ?? 0) >= (table[i]?.[j + 1] ?? 0)) i += 1
    else j += 1
  }
  add(start + fromA, endA, start + fromB, endB)
  return changes
}

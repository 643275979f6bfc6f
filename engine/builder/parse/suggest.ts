/** The one of `options` that `word` most likely is meant to be, or null where none is near. */
export function suggest(word: string, options: Iterable<string>): string | null {
  const wanted = word.toLowerCase()
  const limit = wanted.length <= 4 ? 1 : wanted.length <= 8 ? 2 : 3
  let best: string | null = null
  let least = limit + 1
  for (const option of options) {
    if (Math.abs(option.length - wanted.length) > limit) continue
    const distance = editDistance(wanted, option.toLowerCase())
    if (distance >= least) continue
    best = option
    least = distance
  }
  return best
}

/** Characters to add, drop, change or swap with their neighbour to come from one word to the other. */
function editDistance(from: string, to: string): number {
  let before: number[] = []
  let row = Array.from({ length: to.length + 1 }, (_, i) => i)
  for (let i = 1; i <= from.length; i++) {
    const next = [i]
    for (let j = 1; j <= to.length; j++) {
      const same = from[i - 1] === to[j - 1]
      let least = Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + (same ? 0 : 1))
      if (i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1]) {
        least = Math.min(least, (before[j - 2] ?? 0) + 1)
      }
      next.push(least)
    }
    before = row
    row = next
  }
  return row.at(-1) ?? 0
}

/** The word that was probably meant. */

/** The known word nearest to `word`, or null when none is near: about a third of it may be wrong. */
export function nearest(word: string, known: readonly string[]): string | null {
  const plain = word.toLowerCase().replaceAll('_', '-')
  const ranked = known
    .map((name) => ({ name, distance: distance(plain, name) }))
    .toSorted((a, b) => a.distance - b.distance)
  const best = ranked[0]
  return best && best.distance <= Math.max(1, Math.floor(plain.length / 3)) ? best.name : null
}

/** How many letters must be added, left out or changed (Levenshtein). */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, change))
    }
    row = next
  }
  return row[b.length] ?? 0
}

/** What is made of samples: medians, spread, ratios. Pure. */

/** One measured series. Milliseconds or bytes, as its row says. */
export interface Series {
  readonly median: number
  readonly min: number
  readonly max: number
  readonly samples: number
}

/** The median, smallest and largest of at least one sample. Throws on an empty series. */
export function summarise(samples: readonly number[]): Series {
  const sorted = [...samples].sort((a, b) => a - b)
  const [min, max] = [sorted[0], sorted.at(-1)]
  if (min === undefined || max === undefined) throw new Error('a series without a sample')
  const middle = sorted.length >> 1
  const high = sorted[middle] ?? max
  const low = sorted[sorted.length % 2 === 0 ? middle - 1 : middle] ?? min
  return { median: (low + high) / 2, min, max, samples: sorted.length }
}

/** What is wrong with a compose file: where, what, and what to write instead. */
import type { Place } from './tree.ts'

/** One thing that is wrong. */
export interface Fault {
  readonly at: Place
  /** Attribute path as people write it: `services.web.ports[0]`. Empty for the file as a whole. */
  readonly path: string
  readonly message: string
  /** What to write instead, when that can be told. */
  readonly remedy?: string
}

/** `file:line:column: path: message (remedy)`, as compilers say it. */
export function printFault({ at, path, message, remedy }: Fault): string {
  const where = `${at.file}:${at.line}:${at.column}`
  return `${where}: ${path === '' ? '' : `${path}: `}${message}${remedy === undefined ? '' : `; ${remedy}`}`
}

/** A project that cannot be loaded. It carries every fault that was found, not only the first. */
export class LoadError extends Error {
  readonly faults: readonly Fault[]

  constructor(faults: readonly Fault[]) {
    super(faults.map(printFault).join('\n'))
    this.name = 'LoadError'
    this.faults = faults
  }
}

/** Collects faults, so that a stage can go on and find the next one. */
export class Faults {
  readonly #list: Fault[] = []

  add(at: Place, path: string, message: string, remedy?: string): void {
    this.#list.push({ at, path, message, ...(remedy === undefined ? {} : { remedy }) })
  }

  get list(): readonly Fault[] {
    return this.#list
  }

  /** Throws LoadError when anything was found. */
  check(): void {
    if (this.#list.length > 0) throw new LoadError(this.#list)
  }
}

/** The name that was probably meant: at most two letters off, and fewer than half of them. */
export function nearest(name: string, among: Iterable<string>): string | undefined {
  let best: string | undefined
  let least = Math.min(2, Math.floor(name.length / 2)) + 1
  for (const candidate of among) {
    const distance = editDistance(name, candidate)
    if (distance < least) {
      best = candidate
      least = distance
    }
  }
  return best
}

/** Insertions, deletions, replacements and swaps of neighbours between two words (optimal string alignment). */
function editDistance(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > 2) return 3
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, index) => index)]
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const above = rows[i - 1] as number[]
      const same = a[i - 1] === b[j - 1] ? 0 : 1
      let least = Math.min((above[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (above[j - 1] ?? 0) + same)
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        least = Math.min(least, (rows[i - 2]?.[j - 2] ?? 0) + 1)
      }
      row.push(least)
    }
    rows.push(row)
  }
  return rows[a.length]?.[b.length] ?? 3
}

/**
 * What a power cut may leave of a series of file operations. Pure: a log of changes and syncs goes in, states of a
 * file system come out. The rules are the least that POSIX promises: a name is durable once its folder was synced
 * after it, bytes once their file was, everything once the file system was; what is not durable may be there or not,
 * each change by itself and in any order. (A rename is one change: every journal keeps it whole.)
 */

/** A file, folder or symbolic link, whatever it is called just now. */
export type Node =
  | { readonly kind: 'folder' }
  | { readonly kind: 'file' }
  | { readonly kind: 'symlink'; readonly target: string }

/** The one node that is always there. */
export const ROOT = 0

type Change =
  | { readonly do: 'name'; readonly folder: number; readonly name: string; readonly node: number }
  | { readonly do: 'unname'; readonly folder: number; readonly name: string }
  | {
      readonly do: 'move'
      readonly from: number
      readonly name: string
      readonly to: number
      readonly newName: string
    }
  | { readonly do: 'write'; readonly node: number; readonly at: number; readonly bytes: Uint8Array }

interface Entry {
  readonly at: number
  readonly change: Change
  durableAt: number
}

/** A file system after a crash: names of each folder, writes that reached each file. */
export interface CrashState<T> {
  readonly names: ReadonlyMap<number, ReadonlyMap<string, number>>
  readonly writes: ReadonlyMap<number, readonly { readonly at: number; readonly bytes: Uint8Array }[]>
  /** What was noted last before the crash. */
  readonly noted: T
  /** For people: how many changes were made, and which of those in doubt are lost. */
  readonly story: string
}

/** A log that grows while things are done; `T` is what is noted beside it (commits of a database, promises made). */
export class CrashLog<T> {
  readonly nodes: Node[] = [{ kind: 'folder' }]
  readonly #entries: Entry[] = []
  readonly #notes: { readonly at: number; readonly value: T }[]
  #clock = 0

  constructor(first: T) {
    this.#notes = [{ at: 0, value: first }]
  }

  node(node: Node): number {
    return this.nodes.push(node) - 1
  }

  change(change: Change): void {
    this.#entries.push({ at: ++this.#clock, change, durableAt: Number.POSITIVE_INFINITY })
  }

  /** Takes note of a value that holds from now on, durable by itself. */
  note(value: T): void {
    this.#notes.push({ at: ++this.#clock, value })
  }

  get noted(): T {
    return (this.#notes.at(-1) as { value: T }).value
  }

  /** Call it before a sync begins, and what it answers when that has ended: changes made meanwhile are not covered. */
  syncing(what: { readonly folder: number } | { readonly file: number } | 'everything'): () => void {
    const begun = this.#clock
    return () => {
      const ended = ++this.#clock
      for (const entry of this.#entries) {
        if (entry.at <= begun && entry.durableAt > ended && covers(what, entry.change))
          entry.durableAt = ended
      }
    }
  }

  /** Every moment's crashes, as far as they are worth telling apart: see `subsets`. */
  *crashes(random: (below: number) => number): Generator<CrashState<T>> {
    const moments = new Set([...this.#entries, ...this.#notes].map(({ at }) => at))
    for (const moment of [...moments].sort((a, b) => a - b)) {
      const made = this.#entries.filter(({ at }) => at <= moment)
      const doubtful = made.filter(({ durableAt }) => durableAt > moment)
      for (const lost of subsets(doubtful, random)) yield this.#state(moment, made, lost)
    }
  }

  #state(moment: number, made: readonly Entry[], lost: ReadonlySet<Entry>): CrashState<T> {
    const names = new Map<number, Map<string, number>>([[ROOT, new Map()]])
    const writes = new Map<number, { readonly at: number; readonly bytes: Uint8Array }[]>()
    const folder = (node: number) => {
      const known = names.get(node) ?? new Map<string, number>()
      names.set(node, known)
      return known
    }
    for (const entry of made) {
      if (lost.has(entry)) continue
      const { change } = entry
      switch (change.do) {
        case 'name':
          folder(change.folder).set(change.name, change.node)
          break
        case 'unname':
          folder(change.folder).delete(change.name)
          break
        case 'move': {
          const node = folder(change.from).get(change.name)
          if (node === undefined) break
          folder(change.from).delete(change.name)
          folder(change.to).set(change.newName, node)
          break
        }
        case 'write':
          writes.set(change.node, [...(writes.get(change.node) ?? []), change])
          break
      }
    }
    const noted = (this.#notes.findLast(({ at }) => at <= moment) as { value: T }).value
    const told = Array.from(lost, ({ at, change }) => `${at} ${this.#told(change)}`)
    return { names, writes, noted, story: `at ${moment}, lost: ${told.join('; ') || 'nothing'}` }
  }

  #told(change: Change): string {
    switch (change.do) {
      case 'name':
        return `name ${change.name}`
      case 'unname':
        return `unlink ${change.name}`
      case 'move':
        return `rename ${change.name} to ${change.newName}`
      case 'write':
        return `${change.bytes.length} bytes of ${change.node}`
    }
  }
}

function covers(
  what: { readonly folder: number } | { readonly file: number } | 'everything',
  change: Change,
): boolean {
  if (what === 'everything') return true
  if ('file' in what) return change.do === 'write' && change.node === what.file
  if (change.do === 'move') return change.to === what.folder
  return change.do !== 'write' && change.folder === what.folder
}

/** What may be lost: all, nothing, all from some change on, one alone, all but one, and a few sets by chance. */
function* subsets<E>(doubtful: readonly E[], random: (below: number) => number): Generator<ReadonlySet<E>> {
  for (let kept = 0; kept <= doubtful.length; kept++) yield new Set(doubtful.slice(kept))
  if (doubtful.length < 2) return
  for (const each of doubtful) {
    yield new Set([each])
    yield new Set(doubtful.filter((other) => other !== each))
  }
  for (let n = 0; n < 4; n++) yield new Set(doubtful.filter(() => random(2) === 0))
}

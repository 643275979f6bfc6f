/** A list that is patched row by row and watched by many: each watcher gets a reset, then only what changed. */
import type { ListMessage } from '../../contract/live.ts'
import { pause, waitFor } from './subject.ts'

/** Changes that come together are told together: a hundred rows are one message. */
const GATHER_MS = 10

/** What one watcher has not been told yet. Bounded by the number of rows, however slow it is. */
interface Pending {
  reset: boolean
  readonly changed: Set<string>
  stale: string | null
}

export class LiveList<Row> {
  readonly #keyOf: (row: Row) => string
  #rows = new Map<string, Row>()
  #loaded = false
  #stale: string | null = null
  #asOf = new Date().toISOString()
  readonly #watchers = new Map<Pending, Set<() => void>>()
  readonly #onChange: () => void

  /** `onChange` is called after each change that watchers are told of. */
  constructor(keyOf: (row: Row) => string, onChange: () => void = () => {}) {
    this.#keyOf = keyOf
    this.#onChange = onChange
  }

  get rows(): ReadonlyMap<string, Row> {
    return this.#rows
  }

  /** The whole list was read anew, after a gap. */
  reset(rows: readonly Row[]): void {
    this.#rows = new Map(rows.map((row) => [this.#keyOf(row), row]))
    this.#loaded = true
    this.#stale = null
    this.#tell((pending) => {
      pending.reset = true
      pending.changed.clear()
      pending.stale = null
    })
  }

  /** The whole list was read anew without a gap: only rows that differ are told. */
  reconcile(rows: readonly Row[]): void {
    if (!this.#loaded || this.#stale !== null) {
      this.reset(rows)
      return
    }
    const keys = new Set(rows.map((row) => this.#keyOf(row)))
    this.patch(
      rows,
      [...this.#rows.keys()].filter((key) => !keys.has(key)),
    )
  }

  /** Puts rows in and takes keys out. Rows that say nothing new are not told. */
  patch(upserts: readonly Row[], removals: readonly string[] = []): void {
    const changed: string[] = []
    for (const row of upserts) {
      const key = this.#keyOf(row)
      if (JSON.stringify(this.#rows.get(key)) === JSON.stringify(row)) continue
      this.#rows.set(key, row)
      changed.push(key)
    }
    for (const key of removals) if (this.#rows.delete(key)) changed.push(key)
    if (changed.length === 0) return
    this.#tell((pending) => {
      for (const key of changed) pending.changed.add(key)
    })
  }

  /** The engine is away; the rows stay as they were last seen. */
  stale(reason: string): void {
    if (this.#stale === reason) return
    this.#stale = reason
    this.#tell((pending) => {
      pending.stale = reason
    })
  }

  async *watch(signal: AbortSignal | undefined): AsyncGenerator<ListMessage<Row>, void, undefined> {
    const pending: Pending = { reset: this.#loaded, changed: new Set(), stale: this.#stale }
    const wakes = new Set<() => void>()
    this.#watchers.set(pending, wakes)
    try {
      while (!signal?.aborted) {
        const message = this.#take(pending)
        if (message) {
          yield message
          continue
        }
        await waitFor(wakes, signal)
        await pause(GATHER_MS, signal)
      }
    } finally {
      this.#watchers.delete(pending)
    }
  }

  #take(pending: Pending): ListMessage<Row> | null {
    if (pending.reset) {
      pending.reset = false
      pending.changed.clear()
      return { type: 'reset', rows: [...this.#rows.values()], asOf: this.#asOf }
    }
    if (pending.changed.size > 0) {
      const upserts: Row[] = []
      const removals: string[] = []
      for (const key of pending.changed) {
        const row = this.#rows.get(key)
        if (row === undefined) removals.push(key)
        else upserts.push(row)
      }
      pending.changed.clear()
      return { type: 'patch', upserts, removals, asOf: this.#asOf }
    }
    if (pending.stale !== null) {
      const reason = pending.stale
      pending.stale = null
      return { type: 'stale', reason }
    }
    return null
  }

  #tell(note: (pending: Pending) => void): void {
    if (this.#stale === null) this.#asOf = new Date().toISOString()
    for (const [pending, wakes] of this.#watchers) {
      note(pending)
      for (const wake of [...wakes]) wake()
    }
    this.#onChange()
  }
}

/** A live list of the services, held once for all who look at it: a reset, then patches of single rows. */
import type { ListMessage } from './views.ts'

export interface ListSnapshot<Row> {
  readonly rows: readonly Row[]
  /** False until the first reset. */
  readonly loaded: boolean
  /** When the rows were last known to be true, ISO 8601. */
  readonly asOf: string | null
  /** Why the rows may be old; null while they are live. */
  readonly stale: string | null
}

/** How long after the last look a list is still kept up to date. */
const LINGER_MS = 10_000

/** One list. `open` starts the stream and answers how to stop it; `idOf` names a row. */
export class LiveList<Row extends object> {
  readonly #open: (take: (message: ListMessage<Row>) => void, fail: (reason: string) => void) => () => void
  readonly #idOf: (row: Row) => string
  readonly #listeners = new Set<() => void>()
  readonly #changedAt = new WeakMap<Row, number>()
  #rows = new Map<string, Row>()
  #snapshot: ListSnapshot<Row> = { rows: [], loaded: false, asOf: null, stale: null }
  #stop: (() => void) | null = null
  #linger: ReturnType<typeof setTimeout> | null = null

  constructor(
    open: (take: (message: ListMessage<Row>) => void, fail: (reason: string) => void) => () => void,
    idOf: (row: Row) => string,
  ) {
    this.#open = open
    this.#idOf = idOf
  }

  readonly get = (): ListSnapshot<Row> => this.#snapshot

  /** The row of that id, or undefined. */
  readonly row = (id: string): Row | undefined => this.#rows.get(id)

  /** When a patch brought this row (performance.now), or 0 when it came with a reset. */
  readonly changedAt = (row: Row): number => this.#changedAt.get(row) ?? 0

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    if (this.#linger !== null) clearTimeout(this.#linger)
    this.#linger = null
    this.#stop ??= this.#open(
      (message) => this.take(message),
      (reason) => this.take({ type: 'stale', reason }),
    )
    return () => {
      this.#listeners.delete(listener)
      if (this.#listeners.size > 0) return
      this.#linger = setTimeout(() => {
        this.#stop?.()
        this.#stop = null
      }, LINGER_MS)
    }
  }

  /** Takes one message of the stream. */
  take(message: ListMessage<Row>): void {
    switch (message.type) {
      case 'reset':
        this.#rows = new Map(message.rows.map((row) => [this.#idOf(row), row]))
        this.#publish({ loaded: true, asOf: message.asOf, stale: null })
        return
      case 'patch': {
        const now = performance.now()
        for (const id of message.removals) this.#rows.delete(id)
        for (const row of message.upserts) {
          this.#rows.set(this.#idOf(row), row)
          this.#changedAt.set(row, now)
        }
        this.#publish({ loaded: true, asOf: message.asOf, stale: null })
        return
      }
      case 'stale': {
        const { loaded, asOf, stale } = this.#snapshot
        // Until this moment events kept the rows true, whenever the last of them was.
        const live = loaded && stale === null
        this.#publish({ loaded, asOf: live ? new Date().toISOString() : asOf, stale: message.reason })
      }
    }
  }

  #publish(rest: Omit<ListSnapshot<Row>, 'rows'>): void {
    this.#snapshot = { rows: [...this.#rows.values()], ...rest }
    for (const listener of [...this.#listeners]) listener()
  }
}

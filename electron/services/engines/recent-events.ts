/** Remembers the last events of an engine, so that a stream opened with `since` tells nothing twice. */
import type { EngineEvent } from '../../../engine/client/shapes.ts'

const KEPT = 1000

export class RecentEvents {
  readonly #keys = new Set<string>()
  #last: EngineEvent | null = null

  /** The time of the last event, as `since` of the next stream: it is inclusive, hence the doubles. */
  get since(): string | undefined {
    if (!this.#last) return undefined
    const nanos = String(this.#last.timeNano % 1_000_000_000).padStart(9, '0')
    return `${this.#last.time}.${nanos}`
  }

  /** False when this very event (time, object, action) was seen before. */
  isNew(event: EngineEvent): boolean {
    const key = `${event.timeNano} ${event.Actor.ID} ${event.Action}`
    if (this.#keys.has(key)) return false
    this.#keys.add(key)
    this.#last = event
    if (this.#keys.size > KEPT) this.#keys.delete(this.#keys.values().next().value ?? '')
    return true
  }
}

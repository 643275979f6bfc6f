/** Remembers the last events of an engine, so that a stream opened with `since` tells nothing twice. */
import type { EngineEvent } from '../../../engine/client/shapes.ts'

const KEPT = 1000

export class RecentEvents {
  readonly #keys = new Set<string>()
  #last: EngineEvent | null = null

  /**
   * The time of the last event, as `since` of the next stream: it is inclusive, hence the doubles. A microsecond early,
   * because nanoseconds since 1970 do not fit a number exactly.
   */
  get since(): string | undefined {
    if (!this.#last) return undefined
    const micros = Math.floor(this.#last.timeNano / 1000) - 1
    return `${Math.floor(micros / 1e6)}.${String(micros % 1e6).padStart(6, '0')}000`
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

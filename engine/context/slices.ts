/** Long work on the event loop in slices, so that whoever waits for an answer waits no longer than one of them. */
import { setImmediate } from 'node:timers/promises'

const SLICE_MS = 8

/** `if (slices.over()) await slices.next()` in a loop. */
export class Slices {
  #end = performance.now() + SLICE_MS

  /** Whether others should have their turn. */
  over(): boolean {
    return performance.now() >= this.#end
  }

  /** Lets them have it. */
  async next(): Promise<void> {
    await setImmediate()
    this.#end = performance.now() + SLICE_MS
  }
}

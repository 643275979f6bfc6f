/** A limit on how many do something at once, first come first served. */
import { EngineError } from '../../errors.ts'

/** `count` places. */
export class Slots {
  #free: number
  readonly #queue: (() => void)[] = []

  constructor(count: number) {
    this.#free = count
  }

  /** True when `take` would wait. */
  get full(): boolean {
    return this.#free === 0
  }

  /** Waits for a place; the answer gives it back (once, however often it is called). Throws `cancelled`. */
  async take(signal: AbortSignal): Promise<() => void> {
    if (this.#free > 0) this.#free--
    else await this.#wait(signal)
    let held = true
    return () => {
      if (!held) return
      held = false
      const next = this.#queue.shift()
      if (next) next()
      else this.#free++
    }
  }

  #wait(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const turn = () => {
        signal.removeEventListener('abort', onAbort)
        resolve()
      }
      const onAbort = () => {
        this.#queue.splice(this.#queue.indexOf(turn), 1)
        reject(new EngineError('cancelled', 'cancelled'))
      }
      if (signal.aborted) {
        reject(new EngineError('cancelled', 'cancelled'))
        return
      }
      signal.addEventListener('abort', onAbort, { once: true })
      this.#queue.push(turn)
    })
  }
}

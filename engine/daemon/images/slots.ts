/** A limit on how many do something at once, first come first served. */
import { EngineError } from '../../errors.ts'

/** `count` places. */
export class Slots {
  #free: number
  readonly #queue: (() => void)[] = []

  #count: number

  constructor(count: number) {
    this.#count = count
    this.#free = count
  }

  /** Another number of places. Who has one keeps it: fewer places come about as they are given back. */
  resize(count: number): void {
    this.#free += count - this.#count
    this.#count = count
    while (this.#free > 0) {
      const next = this.#queue.shift()
      if (!next) return
      this.#free--
      next()
    }
  }

  /** True when `take` would wait. */
  get full(): boolean {
    return this.#free <= 0
  }

  /** Waits for a place; the answer gives it back (once, however often it is called). Throws `cancelled`. */
  async take(signal: AbortSignal): Promise<() => void> {
    if (this.#free > 0) this.#free--
    else await this.#wait(signal)
    let held = true
    return () => {
      if (!held) return
      held = false
      const next = this.#free >= 0 ? this.#queue.shift() : undefined
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

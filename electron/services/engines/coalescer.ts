/** Reads things by key, each at most once at a time: what is asked during a read is read once more after it. */

/** How many reads may be under way, so that a thousand rows do not flood an engine. */
const PARALLEL = 4

export class Coalescer {
  readonly #read: (key: string) => Promise<void>
  readonly #waiting = new Set<string>()
  readonly #running = new Set<string>()

  /** What `read` rejects with is printed: one answer that makes no sense must not end the services. */
  constructor(read: (key: string) => Promise<void>) {
    this.#read = read
  }

  add(key: string): void {
    this.#waiting.add(key)
    this.#next()
  }

  #next(): void {
    for (const key of this.#waiting) {
      if (this.#running.size >= PARALLEL) return
      if (this.#running.has(key)) continue
      this.#waiting.delete(key)
      this.#running.add(key)
      this.#read(key)
        .catch((error: unknown) => console.error(`reading ${key} failed:`, error))
        .finally(() => {
          this.#running.delete(key)
          this.#next()
        })
    }
  }
}

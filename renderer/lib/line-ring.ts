/** A list that keeps only its newest items. Items keep their number for good, so a position survives what falls out. */

export class LineRing<T> {
  readonly #capacity: number
  #items: (T | undefined)[] = []
  #head = 0 // where the oldest stands in #items
  #first = 0 // the number of the oldest
  #size = 0

  /** Keeps at most `capacity` items. */
  constructor(capacity: number) {
    this.#capacity = capacity
  }

  get length(): number {
    return this.#size
  }

  /** The number of the oldest item that is still here; also how many have fallen out. */
  get first(): number {
    return this.#first
  }

  /** Adds at the end; answers what fell out for it. */
  push(item: T): T | undefined {
    const gone = this.#size === this.#capacity ? this.shift() : undefined
    this.#items[(this.#head + this.#size) % this.#capacity] = item
    this.#size += 1
    return gone
  }

  /** Takes the oldest out. */
  shift(): T | undefined {
    if (this.#size === 0) return undefined
    const gone = this.#items[this.#head]
    this.#items[this.#head] = undefined
    this.#head = (this.#head + 1) % this.#capacity
    this.#first += 1
    this.#size -= 1
    return gone
  }

  /** The item at `index` from the oldest, or undefined beyond the ends. */
  at(index: number): T | undefined {
    if (index < 0 || index >= this.#size) return undefined
    return this.#items[(this.#head + index) % this.#capacity]
  }

  /** Forgets all; the next item is number 0. */
  clear(): void {
    this.#items = []
    this.#head = 0
    this.#first = 0
    this.#size = 0
  }

  *[Symbol.iterator](): Generator<T, void, void> {
    for (let index = 0; index < this.#size; index++) yield this.at(index) as T
  }
}

/** The consumer's end of one stream: items in order, each one's cost given back to the server when it is taken. */

/** Give back credit in portions of this size, or when nothing is left to take. */
const PORTION_BYTES = 128 * 1024

interface Upstream {
  credit(bytes: number): unknown
  cancel(): unknown
}

interface Taker {
  readonly resolve: (result: IteratorResult<unknown, undefined>) => void
  readonly reject: (error: unknown) => void
}

/** An async iterator over pushed items. `return` (leaving a `for await`) cancels the call. */
export class Stream implements AsyncIteratorObject<unknown, undefined, void> {
  readonly #upstream: Upstream
  #batches: { readonly items: readonly unknown[]; readonly costs: readonly number[] }[] = []
  /** Where the next item stands in the first batch. */
  #at = 0
  #takers: Taker[] = []
  #owed = 0
  #ended: { readonly error: unknown } | 'end' | null = null

  constructor(upstream: Upstream) {
    this.#upstream = upstream
  }

  push(items: readonly unknown[], costs: readonly number[]): void {
    this.#batches.push({ items, costs })
    while (this.#takers.length > 0 && this.#batches.length > 0) {
      this.#takers.shift()?.resolve({ done: false, value: this.#shift() })
    }
  }

  /** No more will come; what is here may still be taken. */
  end(): void {
    this.#finish('end')
  }

  fail(error: unknown): void {
    this.#finish({ error })
  }

  next(): Promise<IteratorResult<unknown, undefined>> {
    if (this.#batches.length > 0) return Promise.resolve({ done: false, value: this.#shift() })
    const ended = this.#ended
    if (ended === null) return new Promise((resolve, reject) => this.#takers.push({ resolve, reject }))
    if (ended === 'end') return Promise.resolve({ done: true, value: undefined })
    this.#ended = 'end' // an error is thrown once, as a generator does
    return Promise.reject(ended.error)
  }

  return(): Promise<IteratorResult<unknown, undefined>> {
    this.#upstream.cancel()
    this.#batches = []
    this.#finish('end')
    this.#ended = 'end'
    return Promise.resolve({ done: true, value: undefined })
  }

  throw(error: unknown): Promise<IteratorResult<unknown, undefined>> {
    return this.return().then(() => Promise.reject(error))
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return()
  }

  #shift(): unknown {
    const batch = this.#batches[0]
    const item = batch?.items[this.#at]
    this.#owed += batch?.costs[this.#at] ?? 0
    this.#at += 1
    if (batch && this.#at >= batch.items.length) {
      this.#batches.shift()
      this.#at = 0
    }
    if (this.#owed >= PORTION_BYTES || (this.#batches.length === 0 && this.#owed > 0)) {
      this.#upstream.credit(this.#owed)
      this.#owed = 0
    }
    return item
  }

  #finish(how: { readonly error: unknown } | 'end'): void {
    this.#ended ??= how
    for (const taker of this.#takers.splice(0)) {
      if (this.#ended === 'end') taker.resolve({ done: true, value: undefined })
      else taker.reject(this.#ended.error)
    }
  }
}

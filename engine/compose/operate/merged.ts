/** Several streams read as one, to which others may be added while it is read. */
export class Merged<T> {
  readonly #pending = new Map<AsyncGenerator<T, void, undefined>, Promise<void>>()
  readonly #ready: { readonly item: T; readonly taken: () => void }[] = []
  #wake: () => void = () => {}
  #failure: { readonly error: unknown } | undefined
  /** Whether others may still come: it does not end while they may. */
  #open = 0

  /** Reads this one too. It is not asked for its next item before its last one was taken. */
  add(source: AsyncGenerator<T, void, undefined>): void {
    const reading = this.#read(source).catch((error: unknown) => {
      this.#failure ??= { error }
    })
    this.#pending.set(
      source,
      reading.finally(() => {
        this.#pending.delete(source)
        this.#wake()
      }),
    )
    this.#wake()
  }

  /** Keeps it from ending until what is given back is called. */
  hold(): () => void {
    this.#open++
    let released = false
    return () => {
      if (released) return
      released = true
      this.#open--
      this.#wake()
    }
  }

  /** Everything, as it comes; the first failure is thrown. Leaving it closes the streams, once what they wait for has come. */
  async *all(): AsyncGenerator<T, void, undefined> {
    try {
      for (;;) {
        const next = this.#ready.shift()
        if (next) {
          yield next.item
          next.taken()
          continue
        }
        if (this.#failure) throw this.#failure.error
        if (this.#pending.size === 0 && this.#open === 0) return
        await new Promise<void>((resolve) => {
          this.#wake = resolve
        })
      }
    } finally {
      for (const { taken } of this.#ready) taken()
      // Not awaited: one that waits for its engine only closes when the caller aborts that.
      for (const source of this.#pending.keys()) source.return().catch(() => undefined)
    }
  }

  async #read(source: AsyncGenerator<T, void, undefined>): Promise<void> {
    for await (const item of source) {
      await new Promise<void>((taken) => {
        this.#ready.push({ item, taken })
        this.#wake()
      })
    }
  }
}

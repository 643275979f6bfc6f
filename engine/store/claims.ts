/**
 * Who counts on which content while nothing is recorded of it yet. A collection removes nothing that work under way
 * has claimed since it began, and a claim on what is just being removed waits until it is gone: what was found to be
 * there after a claim stays there.
 */
import type { Digest } from '../oci/descriptor.ts'

/** Digests of blobs and diff ids of layers, of one store. */
export class Claims {
  readonly #held = new Set<Digest>()
  readonly #collections = new Set<Set<Digest>>()
  readonly #leaving = new Map<Digest, Promise<void>>()
  #holders = 0

  /** What is claimed now. */
  get held(): ReadonlySet<Digest> {
    return this.#held
  }

  /** Claims that are made while work goes on last until no work does. Answers whether it is the first. */
  begin(): boolean {
    return this.#holders++ === 0
  }

  /** Answers whether it was the last. */
  end(): boolean {
    if (--this.#holders > 0) return false
    this.#held.clear()
    return true
  }

  /** Counts on `digest` from now on. Resolves when it is not just being removed. */
  async claim(digest: Digest): Promise<void> {
    if (this.#holders > 0) this.#held.add(digest)
    for (const claimed of this.#collections) claimed.add(digest)
    await this.#leaving.get(digest)
  }

  /**
   * A collection: `remove` runs what removes a digest, unless it was claimed since the collection began; it answers
   * whether it did. What was held before is the plan's to know.
   */
  async collecting<T>(
    work: (remove: (digest: Digest, body: () => Promise<void>) => Promise<boolean>) => Promise<T>,
  ): Promise<T> {
    const claimed = new Set<Digest>(this.#held)
    this.#collections.add(claimed)
    try {
      return await work(async (digest, body) => {
        const before = this.#leaving.get(digest)
        if (before) await before
        if (claimed.has(digest)) return false
        const leaving = body().finally(() => this.#leaving.delete(digest))
        this.#leaving.set(
          digest,
          leaving.catch(() => undefined),
        )
        await leaving
        return true
      })
    } finally {
      this.#collections.delete(claimed)
    }
  }
}

/** Work that several may wait for: done once, reported to all, given up when the last one leaves. */
import { EngineError } from '../../errors.ts'

/** One who waits. */
export interface Follower<P> {
  readonly onProgress: (progress: P) => void
  readonly signal: AbortSignal
}

interface Transfer<P, R> {
  readonly result: Promise<R>
  readonly abort: AbortController
  readonly followers: Set<Follower<P>>
  last: P | undefined
}

/** Transfers under way, by key. */
export class Transfers<P, R> {
  readonly #running = new Map<string, Transfer<P, R>>()

  /**
   * Joins the transfer `key`, or starts it. Throws `cancelled` as soon as the follower's signal aborts; the work is
   * aborted when no follower is left.
   */
  async join(
    key: string,
    start: (report: (progress: P) => void, signal: AbortSignal) => Promise<R>,
    follower: Follower<P>,
  ): Promise<R> {
    if (follower.signal.aborted) throw gone()
    const transfer = this.#running.get(key) ?? this.#start(key, start)
    transfer.followers.add(follower)
    if (transfer.last !== undefined) follower.onProgress(transfer.last)
    let onAbort = () => {}
    const left = new Promise<never>((_, reject) => {
      onAbort = () => {
        transfer.followers.delete(follower)
        if (transfer.followers.size === 0) {
          // Whoever comes now starts anew instead of joining what is being given up.
          if (this.#running.get(key) === transfer) this.#running.delete(key)
          transfer.abort.abort(gone())
          // The last one waits for the end of it, so that nothing half-made is left when the caller goes on.
          transfer.result.then(
            () => reject(gone()),
            () => reject(gone()),
          )
        } else reject(gone())
      }
    })
    follower.signal.addEventListener('abort', onAbort, { once: true })
    try {
      return await Promise.race([left, transfer.result])
    } finally {
      follower.signal.removeEventListener('abort', onAbort)
      transfer.followers.delete(follower)
    }
  }

  #start(
    key: string,
    start: (report: (progress: P) => void, signal: AbortSignal) => Promise<R>,
  ): Transfer<P, R> {
    const abort = new AbortController()
    const followers = new Set<Follower<P>>()
    const report = (progress: P) => {
      transfer.last = progress
      for (const { onProgress } of followers) onProgress(progress)
    }
    const result = Promise.resolve()
      .then(() => start(report, abort.signal))
      .finally(() => {
        if (this.#running.get(key) === transfer) this.#running.delete(key)
      })
    const transfer: Transfer<P, R> = { result, abort, followers, last: undefined }
    result.catch(() => {}) // every follower has it; all may have left
    this.#running.set(key, transfer)
    return transfer
  }
}

function gone(): EngineError {
  return new EngineError('cancelled', 'cancelled')
}

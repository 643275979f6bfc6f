/** Work that reports as it goes, as a stream of what it reports. */
import { EngineError } from '../../errors.ts'

/**
 * Runs `work` and yields what it reports; throws what it throws, after all it has reported. Whoever stops reading
 * aborts the signal that the work got, and waits for its end.
 */
export async function* reported<T>(
  work: (report: (item: T) => void, signal: AbortSignal) => Promise<void>,
  signal: AbortSignal,
): AsyncGenerator<T, void, undefined> {
  const abort = new AbortController()
  const queue = { items: [] as T[], wake: () => {} }
  const state = { done: false }
  const running = work(
    (item) => {
      queue.items.push(item)
      queue.wake()
    },
    AbortSignal.any([signal, abort.signal]),
  ).finally(() => {
    state.done = true
    queue.wake()
  })
  running.catch(() => {}) // thrown below, when everything told has been read
  try {
    for (;;) {
      while (queue.items.length > 0) yield queue.items.shift() as T
      if (state.done) break
      await new Promise<void>((resolve) => {
        queue.wake = resolve
      })
    }
    await running
  } finally {
    if (!state.done) abort.abort(new EngineError('cancelled', 'nobody reads any more'))
    await running.catch(() => {})
  }
}

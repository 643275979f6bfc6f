/** What every streamed answer has in common: it ends cleanly by its signal, and its failures have kinds. */
import type { Readable } from 'node:stream'
import { asEngineError } from './failure.ts'

/** Passes `items` on; an abort ends it without an error (aborting gives ECONNRESET), leaving it closes `source`. */
export async function* guarded<T>(
  source: Readable,
  items: AsyncIterable<T>,
  who: string,
  signal: AbortSignal,
): AsyncGenerator<T, void, undefined> {
  try {
    yield* items
  } catch (error) {
    if (!signal.aborted) throw asEngineError(error, who)
  } finally {
    // An error that the abort causes later has no reader any more.
    source.on('error', () => {})
    source.destroy()
  }
}

/** A stream that stays open: it is opened anew each time the connection comes back. */
import type { Connection } from './connection.ts'
import { isLinkDown } from './connection.ts'

export type SubscriptionState =
  | { readonly kind: 'opening' }
  | { readonly kind: 'live' }
  | { readonly kind: 'reconnecting' }
  | { readonly kind: 'ended' }
  | { readonly kind: 'failed'; readonly error: unknown }

/**
 * Opens a stream by `open` and tells each message; after a lost connection it opens again, so the first message of a
 * stream must say where it starts (a reset or a snapshot). A failure of another kind ends it. Answers how to stop.
 */
export function subscribe<T>(
  connection: Connection,
  open: (signal: AbortSignal) => Promise<AsyncIterable<T>>,
  onMessage: (message: T) => void | Promise<void>,
  onState: (state: SubscriptionState) => void = () => {},
): () => void {
  const abort = new AbortController()
  const tell = (state: SubscriptionState) => {
    if (!abort.signal.aborted) onState(state)
  }
  async function run(): Promise<void> {
    tell({ kind: 'opening' })
    while (!abort.signal.aborted) {
      try {
        await connection.ready(abort.signal)
        const stream = await open(abort.signal)
        tell({ kind: 'live' })
        for await (const message of stream) {
          if (abort.signal.aborted) return
          // A consumer that answers a promise slows the stream down to its own pace.
          await onMessage(message)
        }
        tell({ kind: 'ended' })
        return
      } catch (error) {
        if (!isLinkDown(error) || connection.state.kind === 'lost') {
          tell({ kind: 'failed', error })
          return
        }
        tell({ kind: 'reconnecting' })
      }
    }
  }
  void run()
  return () => abort.abort()
}

/** A stream of the services for as long as a component wants it. */
import { useEffect, useEffectEvent } from 'react'
import { useSession } from './session.tsx'
import { subscribe } from './subscribe.ts'

/**
 * Opens `open` while mounted and `key` is not null; opens anew when `key` changes or the connection came back.
 * A promise from `onMessage` slows the stream to its pace.
 */
export function useStream<T>(
  key: string | null,
  open: (signal: AbortSignal) => Promise<AsyncIterable<T>>,
  onMessage: (message: T) => void | Promise<void>,
  onFailure?: (error: unknown) => void,
): void {
  const { connection } = useSession()
  const opening = useEffectEvent(open)
  const taking = useEffectEvent(onMessage)
  const failing = useEffectEvent((error: unknown) => onFailure?.(error))
  useEffect(() => {
    if (key === null) return
    return subscribe(
      connection,
      (signal) => opening(signal),
      (message) => taking(message),
      (state) => {
        if (state.kind === 'failed') failing(state.error)
      },
    )
  }, [connection, key])
}

/** Reads a media query in a component. */
import { useSyncExternalStore } from 'react'

/** Whether the query holds now, for example `(min-width: 1100px)`. */
export function useMedia(query: string): boolean {
  return useSyncExternalStore(
    (listener) => {
      const list = window.matchMedia(query)
      list.addEventListener('change', listener)
      return () => list.removeEventListener('change', listener)
    },
    () => window.matchMedia(query).matches,
  )
}

/** Reads a store in a component. */
import { useSyncExternalStore } from 'react'
import type { Store } from '../lib/store.ts'
import { createStore } from '../lib/store.ts'

export type { Store }
export { createStore }

/** The store's value; the component renders again when it changes. */
export function useStore<T>(store: Store<T>): T {
  return useSyncExternalStore(store.subscribe, store.get)
}

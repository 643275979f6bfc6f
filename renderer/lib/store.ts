/** Pure helpers of the page; nothing here knows React or the services. This one: a value that tells its changes. */

/** A value with listeners. `set` tells them only when the value is another one. */
export interface Store<T> {
  get(): T
  set(next: T | ((previous: T) => T)): void
  /** Tells each change; answers how to stop. */
  subscribe(listener: () => void): () => void
}

/** Makes a store that holds `initial`. */
export function createStore<T>(initial: T): Store<T> {
  let value = initial
  const listeners = new Set<() => void>()
  return {
    get: () => value,
    set(next) {
      const following = typeof next === 'function' ? (next as (previous: T) => T)(value) : next
      if (Object.is(following, value)) return
      value = following
      for (const listener of [...listeners]) listener()
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

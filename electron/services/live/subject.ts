/** Live: values that many windows watch. This file: one value, of which a watcher always gets the newest. */
import { setTimeout as sleep } from 'node:timers/promises'

/** A value with watchers. A slow watcher skips what was replaced meanwhile, so nothing piles up. */
export class Subject<T> {
  #value: T
  #version = 0
  readonly #wakes = new Set<() => void>()

  constructor(value: T) {
    this.#value = value
  }

  get value(): T {
    return this.#value
  }

  set(value: T): void {
    this.#value = value
    this.#version += 1
    for (const wake of [...this.#wakes]) wake()
  }

  /** The value now and after each change, at most one each `intervalMs`, until `signal` aborts. */
  async *watch(signal: AbortSignal | undefined, intervalMs = 0): AsyncGenerator<T, void, undefined> {
    let seen = -1
    while (!signal?.aborted) {
      if (seen === this.#version) {
        await this.#changed(signal)
        continue
      }
      seen = this.#version
      yield this.#value
      if (intervalMs > 0) await pause(intervalMs, signal)
    }
  }

  #changed(signal: AbortSignal | undefined): Promise<void> {
    return waitFor(this.#wakes, signal)
  }
}

/** Resolves when one of `wakes` is called or `signal` aborts. */
export function waitFor(wakes: Set<() => void>, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const wake = () => {
      wakes.delete(wake)
      signal?.removeEventListener('abort', wake)
      resolve()
    }
    wakes.add(wake)
    signal?.addEventListener('abort', wake, { once: true })
    if (signal?.aborted) wake()
  })
}

/** Waits; an abort ends the wait without an error. */
export async function pause(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await sleep(milliseconds, undefined, signal ? { signal } : {})
  } catch {
    // aborted: the caller looks at its signal
  }
}

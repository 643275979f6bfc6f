/** Wakes a follower of a log: it has grown, was begun anew, the process has ended or the client has gone away. */
import { watch } from 'node:fs'
import { basename, dirname } from 'node:path'
import type { Container } from '../container.ts'

export class LogChanges {
  #changed = false
  #wake: (() => void) | null = null
  #timer: NodeJS.Timeout | undefined
  readonly #close: () => void
  /** Nothing more will be written, or nobody reads it. */
  over = false
  /** Files were renamed since this was last set to false. */
  rotated = false

  constructor(container: Container, path: string, signal: AbortSignal) {
    const name = basename(path)
    // The directory is watched: the file itself changes its name when the log is begun anew.
    const watcher = watch(dirname(path), (event, file) => {
      if (file !== null && !file.startsWith(name)) return
      if (event === 'rename') this.rotated = true
      this.#note()
    })
    const finish = () => this.#finish()
    watcher.on('error', finish) // without news there is nothing to wait for
    this.#close = () => watcher.close()
    signal.addEventListener('abort', finish, { once: true })
    // The supervisor has written everything before it tells of the end.
    if (container.up) void container.nextExit(signal).then(finish)
    else this.over = true
  }

  /** Ends after so many milliseconds, or at once. */
  endAt(ms: number): void {
    this.#timer = setTimeout(() => this.#finish(), Math.min(Math.max(0, ms), 2 ** 31 - 1))
  }

  /** Resolves when something has changed since the last call. */
  async next(): Promise<void> {
    if (!this.#changed) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
    this.#changed = false
  }

  close(): void {
    clearTimeout(this.#timer)
    this.#close()
  }

  #finish(): void {
    this.over = true
    this.#note()
  }

  #note(): void {
    this.#changed = true
    this.#wake?.()
    this.#wake = null
  }
}

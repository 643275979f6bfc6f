/**
 * Exits of containers, from the files that conmon writes: one file an exit, named after the container, holding its
 * code. The kernel tells of each new file; no timer looks for them.
 */
import { type FSWatcher, watch } from 'node:fs'
import { access, readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Exit } from './runtime.ts'

/** Beside conmon's `oom`: why an exit file was written by the engine and not by the supervisor. */
export const LOST = 'lost'

/** Reads the exit of `id`, or null when it has not ended. */
export async function readExit(exitsDir: string, persistDir: string, id: string): Promise<Exit | null> {
  for (const path of [join(exitsDir, id), join(persistDir, id, 'exit')]) {
    try {
      const [text, info] = await Promise.all([readFile(path, 'utf8'), stat(path)])
      const code = Number(text.trim())
      if (text.trim() === '' || !Number.isInteger(code)) continue
      const oomKilled = await access(join(persistDir, id, 'oom')).then(
        () => true,
        () => false,
      )
      const lost = await readFile(join(persistDir, id, LOST), 'utf8').catch(() => '')
      return { id, code, at: info.mtime, oomKilled, ...(lost === '' ? {} : { lost }) }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    }
  }
  return null
}

/** Tells of each exit once, to whoever listens first. What had ended before `open` is not told: `readExit` knows it. */
export class ExitWatcher {
  readonly #exitsDir: string
  readonly #persistDir: string
  readonly #listeners = new Set<(exit: Exit) => void>()
  readonly #waiters = new Set<(exit: Exit) => void>()
  /** Seen while nobody listened: an engine recovers before it does. */
  #unheard: Exit[] = []
  /** Ids whose exit was told or was there at the start. */
  readonly #told = new Set<string>()
  #watcher: FSWatcher | null = null

  constructor(exitsDir: string, persistDir: string) {
    this.#exitsDir = exitsDir
    this.#persistDir = persistDir
  }

  /** Starts watching. Files made between the two steps are seen by the first. */
  async open(): Promise<void> {
    for (const name of await readdir(this.#exitsDir)) this.#told.add(name)
    this.#watcher = watch(this.#exitsDir, (_event, name) => {
      if (name) void this.#look(name)
      else void this.#lookAtAll() // the kernel's queue ran over: names are lost, files are not
    })
    this.#watcher.on('error', () => void this.#lookAtAll())
    await this.#lookAtAll()
  }

  /** Forgets an earlier exit of `id`, whose file was removed, because it is created anew or deleted. */
  forget(id: string): void {
    this.#told.delete(id)
  }

  /** The first listener is told at once of what nobody has heard. */
  onExit(listener: (exit: Exit) => void): () => void {
    this.#listeners.add(listener)
    const unheard = this.#unheard
    this.#unheard = []
    for (const exit of unheard) listener(exit)
    return () => this.#listeners.delete(listener)
  }

  /** Resolves with the exit of `id`, at once if it has ended already. Rejects when `signal` aborts. */
  async wait(id: string, signal?: AbortSignal): Promise<Exit> {
    const next = new Promise<Exit>((resolve, reject) => {
      const hear = (exit: Exit) => {
        if (exit.id !== id) return
        this.#waiters.delete(hear)
        resolve(exit)
      }
      this.#waiters.add(hear)
      signal?.addEventListener('abort', () => {
        this.#waiters.delete(hear)
        reject(signal.reason)
      })
    })
    next.catch(() => {}) // observed below, or not at all when the file is already there
    return (await readExit(this.#exitsDir, this.#persistDir, id)) ?? next
  }

  close(): void {
    this.#watcher?.close()
    this.#watcher = null
    this.#listeners.clear()
    this.#waiters.clear()
  }

  async #lookAtAll(): Promise<void> {
    for (const name of await readdir(this.#exitsDir).catch(() => [])) await this.#look(name)
  }

  async #look(name: string): Promise<void> {
    // conmon writes beside the final name (NAME.XXXXXX) and renames.
    if (name.includes('.') || this.#told.has(name)) return
    const exit = await readExit(this.#exitsDir, this.#persistDir, name)
    if (!exit || this.#told.has(name)) return
    this.#told.add(name)
    if (this.#listeners.size === 0) this.#unheard.push(exit)
    for (const listener of [...this.#listeners, ...this.#waiters]) listener(exit)
  }
}

/**
 * Logs that are begun anew when they are large enough. The kernel tells of writes; a log is looked at some times a
 * second at most while it is written to, and never while it is not.
 */
import { type FSWatcher, watch } from 'node:fs'
import { rm, stat } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Runtime } from '../../../runtime/runtime.ts'
import type { Container } from '../container.ts'
import { containerFiles } from '../files.ts'
import { type Rotation, rotationOf } from './log-config.ts'
import { logTurn, shiftLogFiles } from './log-files.ts'

const LOOK_MS = 200
/** After a failure (a full disk, say), which the next look may well meet again. */
const RETRY_MS = 10_000
/** How long the supervisor may take to begin its new file. */
const REOPEN_MS = 2000

interface RotationParts {
  readonly runtime: Pick<Runtime, 'reopenLog'>
  /** Where the directories of containers are. */
  readonly directory: string
  readonly report: (error: unknown, what: string) => void
}

interface Watched {
  readonly rotation: Rotation
  watcher: FSWatcher | null
  timer: NodeJS.Timeout | undefined
}

export class LogRotation {
  readonly #parts: RotationParts
  readonly #watched = new Map<Container, Watched>()

  constructor(parts: RotationParts) {
    this.#parts = parts
  }

  /** Looks after the log of a container that runs, if its log is to be rotated at all. */
  watch(container: Container): void {
    const rotation = rotationOf(container.definition.host.LogConfig)
    if (!rotation || this.#watched.has(container)) return
    this.#watched.set(container, { rotation, watcher: null, timer: undefined })
    this.#arm(container)
  }

  leave(container: Container): void {
    const watched = this.#watched.get(container)
    if (!watched) return
    this.#watched.delete(container)
    watched.watcher?.close()
    clearTimeout(watched.timer)
  }

  close(): void {
    for (const container of [...this.#watched.keys()]) this.leave(container)
  }

  /** Looks once, a little later; then waits for the next write. */
  #arm(container: Container, delayMs = LOOK_MS): void {
    const watched = this.#watched.get(container)
    if (!watched) return
    watched.timer = setTimeout(() => {
      this.#look(container, watched).catch((error: unknown) => {
        this.#parts.report(error, `rotating the log of container ${container.name}`)
        this.#arm(container, RETRY_MS)
      })
    }, delayMs)
  }

  async #look(container: Container, watched: Watched): Promise<void> {
    const path = containerFiles(this.#parts.directory, container.id).log
    const size = await sizeOf(path)
    if (size !== null && size >= watched.rotation.maxBytes) {
      await logTurn(container, () => this.#rotate(container, path, watched.rotation.maxFiles))
    }
    if (this.#watched.get(container) !== watched) return
    try {
      watched.watcher = watch(path, () => {
        watched.watcher?.close()
        watched.watcher = null
        this.#arm(container)
      })
      watched.watcher.on('error', () => watched.watcher?.close())
    } catch {
      this.#arm(container, RETRY_MS) // its file is not there
      return
    }
    // What was written between the look and the watch was told to nobody.
    const since = await sizeOf(path)
    if (since !== size && watched.watcher) {
      watched.watcher.close()
      watched.watcher = null
      this.#arm(container)
    }
  }

  async #rotate(container: Container, path: string, maxFiles: number): Promise<void> {
    // One file means that the old one goes; until the new one is there, it stands beside it.
    await shiftLogFiles(path, Math.max(1, maxFiles - 1))
    await this.#parts.runtime.reopenLog(container.id)
    const deadline = Date.now() + REOPEN_MS
    while ((await sizeOf(path)) === null && Date.now() < deadline) await sleep(2)
    if (maxFiles === 1) await rm(`${path}.1`, { force: true })
  }
}

async function sizeOf(path: string): Promise<number | null> {
  const info = await stat(path).catch(() => null)
  return info?.size ?? null
}

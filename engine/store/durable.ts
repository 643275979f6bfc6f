/** Making files survive a power cut: fsync before rename, the folder after it. */
import { dirname } from 'node:path'
import { EngineError } from '../errors.ts'
import type { Disk } from '../host/disk.ts'

/** Gives `from` (durable already) its place, and makes that durable. */
export async function publish(disk: Disk, from: string, to: string): Promise<void> {
  await disk.rename(from, to)
  await disk.syncFolder(dirname(to))
}

/** Makes things durable for many at once: one sync serves everyone who asked before it began. */
export class SharedSync {
  readonly #make: () => Promise<void>
  #running: Promise<void> | null = null
  #next: Promise<void> | null = null

  /** `make` resolves when all that was written before it was called is on disk. */
  constructor(make: () => Promise<void>) {
    this.#make = make
  }

  /** Resolves when all that was written before the call is on disk. */
  sync(): Promise<void> {
    if (this.#running === null) {
      this.#running = this.#once()
      return this.#running
    }
    this.#next ??= this.#running
      .catch(() => {})
      .then(() => {
        this.#next = null
        this.#running = this.#once()
        return this.#running
      })
    return this.#next
  }

  async #once(): Promise<void> {
    try {
      await this.#make()
    } finally {
      this.#running = null
    }
  }
}

/** A failed write in words for people when the disk is the reason; other errors as they are. */
export function diskError(error: unknown, doing: string): unknown {
  const code = (error as NodeJS.ErrnoException | null)?.code
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new EngineError(
      'unavailable',
      `no space left on device while ${doing}. Free some space (unused images, containers and volumes are a good start) and try again.`,
      { cause: error },
    )
  }
  if (code === 'EROFS' || code === 'EIO') {
    return new EngineError('unavailable', `the disk failed while ${doing}: ${(error as Error).message}`, {
      cause: error,
    })
  }
  return error
}

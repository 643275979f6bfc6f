/** Things removed: out of sight at once by a rename, their bytes going behind whoever waits. */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Disk } from '../host/disk.ts'

/** One folder on the same file system as what it takes. */
export class Trash {
  readonly #disk: Disk
  readonly #folder: string
  readonly #removals = new Set<Promise<void>>()
  #counter = 0

  constructor(disk: Disk, folder: string) {
    this.#disk = disk
    this.#folder = folder
  }

  /** Takes `path` away; well if it is not there. `name` is for whoever looks into the trash. */
  async take(path: string, name: string): Promise<void> {
    const place = join(this.#folder, `${name}-${process.pid}-${++this.#counter}`)
    try {
      await this.#disk.rename(path, place)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return
      throw error
    }
    this.#remove(place)
  }

  /** Starts on what a dead engine has left. */
  async empty(): Promise<void> {
    for (const name of await readdir(this.#folder)) this.#remove(join(this.#folder, name))
  }

  /** Resolves when no bytes are left of what was taken so far. */
  async settled(): Promise<void> {
    while (this.#removals.size > 0) await Promise.all(this.#removals)
  }

  #remove(place: string): void {
    const removal = this.#disk
      .removeTree(place)
      .catch(() => {}) // what stays is tried again at the next start
      .finally(() => this.#removals.delete(removal))
    this.#removals.add(removal)
  }
}

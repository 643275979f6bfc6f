/**
 * FIFOs by which the end of a supervisor is seen: it has one open as long as it lives, and never uses it. Node makes no
 * FIFOs, and a program for each container would be a process more on the way of `run`: they are made by the dozen.
 */
import { randomUUID } from 'node:crypto'
import { closeSync, constants, existsSync, openSync, readdirSync } from 'node:fs'
import { rename } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { run } from '../host/exec.ts'

const DOZENS = 24
const FEW = 6

/** Spare FIFOs in a directory of their own, which must be there. */
export class Lifelines {
  readonly #directory: string
  /** Names; at first what an engine before this one left over. */
  #spare: string[] | null = null
  #making: Promise<void> | null = null

  constructor(directory: string) {
    this.#directory = directory
  }

  /** Puts a FIFO at `path` and has both of its ends open while `work` runs, which hands the descriptor on. */
  async lend<T>(path: string, work: (fd: number) => Promise<T>): Promise<T> {
    await this.#put(path)
    const fd = openSync(path, constants.O_RDWR | constants.O_NONBLOCK)
    try {
      return await work(fd)
    } finally {
      closeSync(fd)
    }
  }

  async #put(path: string): Promise<void> {
    for (;;) {
      const name = await this.#take()
      try {
        return await rename(join(this.#directory, name), path)
      } catch (error) {
        // An engine that is just ending may have taken it.
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || !existsSync(dirname(path))) throw error
      }
    }
  }

  async #take(): Promise<string> {
    this.#spare ??= readdirSync(this.#directory)
    // Others may take what was made for this one.
    for (;;) {
      const name = this.#spare.pop()
      if (this.#spare.length < FEW) this.#make().catch(() => undefined) // whoever finds none is told
      if (name !== undefined) return name
      await this.#make()
    }
  }

  #make(): Promise<void> {
    this.#making ??= this.#makeDozens().finally(() => {
      this.#making = null
    })
    return this.#making
  }

  async #makeDozens(): Promise<void> {
    const names = Array.from({ length: DOZENS }, () => randomUUID())
    await run('mkfifo', ['-m', '0600', ...names], { cwd: this.#directory })
    this.#spare?.push(...names)
  }
}

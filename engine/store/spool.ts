/** A file that is written and read at the same time: a layer unpacks while the rest of it still comes. */
import type { Disk, OpenFile } from '../host/disk.ts'

const READ_BYTES = 128 * 1024

/** One writer, and readers that wait for it. Closing it ends both; the file stays. */
export class Spool {
  readonly #file: OpenFile
  #written = 0
  #state: { readonly kind: 'open' | 'whole' } | { readonly kind: 'failed'; readonly error: unknown } = {
    kind: 'open',
  }
  #waiting: (() => void)[] = []

  private constructor(file: OpenFile) {
    this.#file = file
  }

  /** Makes the file at `path`, which must not exist. */
  static async create(disk: Disk, path: string): Promise<Spool> {
    return new Spool(await disk.create(path, 0o600))
  }

  get written(): number {
    return this.#written
  }

  async write(chunk: Uint8Array): Promise<void> {
    if (this.#state.kind === 'failed') throw this.#state.error
    await this.#file.write(chunk, this.#written)
    this.#written += chunk.length
    this.#wake()
  }

  /** Durable, and no more will come. */
  async finish(): Promise<void> {
    if (this.#state.kind === 'failed') throw this.#state.error
    this.#state = { kind: 'whole' }
    this.#wake()
    await this.#file.sync()
  }

  /** Makes the writer and every reader throw `error`. The first failure stays. */
  fail(error: unknown): void {
    if (this.#state.kind !== 'failed') this.#state = { kind: 'failed', error }
    this.#wake()
  }

  close(): Promise<void> {
    return this.#file.close()
  }

  /** The bytes from the start, as they come. */
  async *read(): AsyncGenerator<Uint8Array, void, undefined> {
    let at = 0
    for (;;) {
      if (this.#state.kind === 'failed') throw this.#state.error
      if (at < this.#written) {
        const buffer = Buffer.allocUnsafe(Math.min(READ_BYTES, this.#written - at))
        const bytes = await this.#file.read(buffer, at)
        at += bytes
        yield buffer.subarray(0, bytes)
      } else if (this.#state.kind === 'whole') {
        return
      } else {
        await new Promise<void>((resolve) => this.#waiting.push(resolve))
      }
    }
  }

  #wake(): void {
    const waiting = this.#waiting
    this.#waiting = []
    for (const resolve of waiting) resolve()
  }
}

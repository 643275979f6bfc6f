/**
 * A file that is written and read at the same time: a layer unpacks while the rest of it still comes.
 * A reader that keeps up gets the very bytes that were given, without a detour through the file; one that falls behind
 * reads the file, so that what waits in memory is bounded.
 */
import type { Disk, OpenFile } from '../host/disk.ts'

const READ_BYTES = 128 * 1024
/** What may wait to be written: beyond it the writer waits. */
const MAX_UNWRITTEN = 1024 * 1024
/** What is kept at hand for a reader, written or not. */
const MAX_KEPT = 2 * 1024 * 1024
/** Pieces in one write: the kernel takes 1024 (IOV_MAX). */
const MAX_PIECES = 512

interface Piece {
  readonly at: number
  readonly bytes: Uint8Array
}

/** One writer, and at most one reader that waits for it. Closing it ends both; the file stays. */
export class Spool {
  readonly #file: OpenFile
  /** Bytes given, and how many of them are in the file. */
  #given = 0
  #written = 0
  /** The latest bytes given: those not written yet, and before them what the reader has not had. */
  #kept: Piece[] = []
  #reading = false
  #writing: Promise<void> | null = null
  #closing: Promise<void> | null = null
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

  /** Bytes given so far. */
  get written(): number {
    return this.#given
  }

  /** Takes bytes, which nobody may change from now on. Waits while too many are not in the file yet. */
  async write(chunk: Uint8Array): Promise<void> {
    if (this.#state.kind === 'failed') throw this.#state.error
    if (chunk.length === 0) return
    this.#kept.push({ at: this.#given, bytes: chunk })
    this.#given += chunk.length
    this.#wake()
    if (this.#writing === null) {
      this.#writing = this.#writeAll()
      this.#writing.catch(() => {}) // the next call throws it
    }
    if (this.#given - this.#written > MAX_UNWRITTEN) await this.#writing
  }

  /** No more will come, and all of it is in the file. It is durable only once the file system is synced. */
  async finish(): Promise<void> {
    await this.#writing
    if (this.#state.kind === 'failed') throw this.#state.error
    this.#state = { kind: 'whole' }
    this.#wake()
  }

  /** Makes what is in the file durable. */
  sync(): Promise<void> {
    return this.#file.sync()
  }

  /** Makes the writer and the reader throw `error`. The first failure stays. */
  fail(error: unknown): void {
    if (this.#state.kind !== 'failed') this.#state = { kind: 'failed', error }
    this.#wake()
  }

  /** Idempotent. */
  close(): Promise<void> {
    this.#closing ??= (async () => {
      await this.#writing?.catch(() => {}) // who wrote it has been told
      await this.#file.close()
    })()
    return this.#closing
  }

  /** The bytes from the start, as they come. */
  async *read(): AsyncGenerator<Uint8Array, void, undefined> {
    this.#reading = true
    let at = 0
    try {
      for (;;) {
        if (this.#state.kind === 'failed') throw this.#state.error
        if (at < this.#given) {
          const bytes = this.#atHand(at) ?? (await this.#fromFile(at))
          at += bytes.length
          yield bytes
          this.#release(at)
        } else if (this.#state.kind === 'whole') {
          return
        } else {
          await new Promise<void>((resolve) => this.#waiting.push(resolve))
        }
      }
    } finally {
      this.#reading = false
    }
  }

  /** Writes what has gathered, and again what gathered meanwhile: few large writes however small the chunks are. */
  async #writeAll(): Promise<void> {
    try {
      while (this.#written < this.#given && this.#state.kind !== 'failed') {
        const pieces = this.#kept.filter(({ at }) => at >= this.#written).slice(0, MAX_PIECES)
        await this.#file.write(
          pieces.map(({ bytes }) => bytes),
          this.#written,
        )
        for (const { bytes } of pieces) this.#written += bytes.length
        this.#release(this.#reading ? this.#given - MAX_KEPT : this.#given)
      }
    } catch (error) {
      this.fail(error)
      throw error
    } finally {
      this.#writing = null
    }
  }

  /** Lets go of pieces that are in the file and wholly before `before`. */
  #release(before: number): void {
    const end = Math.min(before, this.#written)
    let gone = 0
    for (const { at, bytes } of this.#kept) {
      if (at + bytes.length > end) break
      gone++
    }
    if (gone > 0) this.#kept.splice(0, gone)
  }

  /** The kept bytes from `at` on; null when they are in the file alone. */
  #atHand(at: number): Uint8Array | null {
    const piece = this.#kept.find((one) => at < one.at + one.bytes.length)
    return piece && piece.at <= at ? piece.bytes.subarray(at - piece.at) : null
  }

  async #fromFile(at: number): Promise<Uint8Array> {
    const buffer = Buffer.allocUnsafe(Math.min(READ_BYTES, this.#written - at))
    return buffer.subarray(0, await this.#file.read(buffer, at))
  }

  #wake(): void {
    const waiting = this.#waiting
    this.#waiting = []
    for (const resolve of waiting) resolve()
  }
}

/** Exact reads over a stream of chunks, without copying what fits. */
import { EngineError } from '../errors.ts'

const CUT = 'the archive ends in the middle of an entry'

/** Pulls bytes from `source` in the amounts that a format asks for. */
export class ByteReader {
  readonly #source: AsyncIterator<Uint8Array>
  #rest: Uint8Array = new Uint8Array(0)
  #taken = 0

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#source = source[Symbol.asyncIterator]()
  }

  /** How many bytes were taken so far. */
  get position(): number {
    return this.#taken
  }

  /** The next `count` bytes, or null when the stream is at its end. Throws `invalid` (`cut`) when it ends within them. */
  async read(count: number, cut = CUT): Promise<Buffer | null> {
    if (this.#rest.length >= count) return this.#take(count)
    const pieces: Uint8Array[] = []
    let have = 0
    while (have < count) {
      if (this.#rest.length === 0 && !(await this.#fill())) {
        if (have === 0) return null
        throw new EngineError('invalid', cut)
      }
      const piece = this.#take(Math.min(count - have, this.#rest.length))
      pieces.push(piece)
      have += piece.length
    }
    return Buffer.concat(pieces)
  }

  /** Passes the next `count` bytes on as they come. Throws `invalid` when the stream ends within them. */
  async *chunks(count: number): AsyncGenerator<Uint8Array, void, undefined> {
    let left = count
    while (left > 0) {
      if (this.#rest.length === 0 && !(await this.#fill())) {
        throw new EngineError('invalid', CUT)
      }
      const piece = this.#take(Math.min(left, this.#rest.length))
      left -= piece.length
      yield piece
    }
  }

  /** Reads to the end of the stream, for whoever hashes it on the way. */
  async drain(): Promise<void> {
    this.#rest = new Uint8Array(0)
    while (!(await this.#source.next()).done);
  }

  #take(count: number): Buffer {
    const piece = this.#rest.subarray(0, count)
    this.#rest = this.#rest.subarray(count)
    this.#taken += piece.length
    return Buffer.from(piece.buffer, piece.byteOffset, piece.length)
  }

  async #fill(): Promise<boolean> {
    for (;;) {
      const next = await this.#source.next()
      if (next.done) return false
      if (next.value.length > 0) {
        this.#rest = next.value
        return true
      }
    }
  }
}

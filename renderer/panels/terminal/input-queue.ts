/** Keys and pastes on their way to a terminal: in order, one call at a time, a long paste in pieces. */
import { cutText } from '../../lib/pieces.ts'

/** A piece small enough that ctrl-c typed after a paste is not stuck behind a megabyte. */
const PIECE = 4096

export class InputQueue {
  readonly #write: (data: string) => Promise<void>
  readonly #onFailure: (error: unknown) => void
  #waiting = ''
  #running = false

  /** `write` resolves when the data was handed over; `onFailure` hears of what could not be. */
  constructor(write: (data: string) => Promise<void>, onFailure: (error: unknown) => void) {
    this.#write = write
    this.#onFailure = onFailure
  }

  push(data: string): void {
    this.#waiting += data
    if (!this.#running) void this.#run()
  }

  async #run(): Promise<void> {
    this.#running = true
    try {
      while (this.#waiting !== '') {
        const piece = cutText(this.#waiting, PIECE)[0] ?? ''
        this.#waiting = this.#waiting.slice(piece.length)
        await this.#write(piece)
      }
    } catch (error) {
      this.#waiting = ''
      this.#onFailure(error)
    } finally {
      this.#running = false
    }
  }
}

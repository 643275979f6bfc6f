/** What lies between a log and its reader: bounded; when the reader is slower, the oldest lines give way and are counted. */
import type { LogLine, LogMessage } from '../../contract/logs.ts'
import { pause, waitFor } from '../live/subject.ts'
import type { RawLine } from './line-reader.ts'

/** Lines of one message, and characters, unless one line is longer. */
const BATCH = 500
const BATCH_CHARACTERS = 256 * 1024
/** Characters kept, however few lines they are. */
const KEPT_CHARACTERS = 16 * 1024 * 1024
/** Lines are gathered this long, so that a flood is few messages. */
const GATHER_MS = 20

type Mark = Extract<LogMessage, { type: 'mark' }>

export class LogBuffer {
  readonly #limit: number
  #items: (LogLine | Mark)[] = []
  #characters = 0
  #sequence = 0
  #skipped = 0
  #ended: { readonly error: unknown } | null = null
  readonly #wakes = new Set<() => void>()
  readonly #drained = new Set<() => void>()

  /** Holds at most `limit` lines. */
  constructor(limit: number) {
    this.#limit = limit
  }

  /** Adds lines; the oldest give way when there are too many. */
  add(lines: readonly RawLine[]): void {
    for (const line of lines) {
      this.#items.push({ sequence: this.#sequence++, ...line })
      this.#characters += line.text.length
    }
    let surplus = 0
    while (
      surplus < this.#items.length - this.#limit ||
      (this.#characters > KEPT_CHARACTERS && surplus < this.#items.length - 1)
    ) {
      this.#characters -= this.#items[surplus]?.text.length ?? 0
      surplus += 1
    }
    if (surplus > 0) {
      const gone = this.#items.splice(0, surplus)
      this.#skipped += gone.filter((item) => !('type' in item)).length
    }
    this.#wake()
  }

  mark(at: string, text: string): void {
    this.#items.push({ type: 'mark', at, text })
    this.#characters += text.length
    this.#wake()
  }

  /** Nothing follows. With an error, the reader gets it after what is here. */
  end(error?: unknown): void {
    this.#ended = { error }
    this.#wake()
  }

  /** Resolves when the reader has taken most of it: for logs that are read whole, without gaps. */
  async room(signal: AbortSignal): Promise<void> {
    const full = () => this.#items.length > this.#limit / 2 || this.#characters > KEPT_CHARACTERS / 2
    while (full() && !signal.aborted) await waitFor(this.#drained, signal)
  }

  /** For one reader. */
  async *read(signal: AbortSignal | undefined): AsyncGenerator<LogMessage, void, undefined> {
    while (!signal?.aborted) {
      if (this.#items.length === 0) {
        if (this.#ended) {
          if (this.#ended.error !== undefined) throw this.#ended.error
          yield { type: 'end' }
          return
        }
        await waitFor(this.#wakes, signal)
        if (!this.#ended) await pause(GATHER_MS, signal)
        continue
      }
      if (this.#skipped > 0) {
        const count = this.#skipped
        this.#skipped = 0
        yield { type: 'skipped', count }
        continue
      }
      yield this.#take()
    }
  }

  #take(): LogMessage {
    const first = this.#items[0]
    let message: LogMessage
    if (first && 'type' in first) {
      this.#items.shift()
      this.#characters -= first.text.length
      message = first
    } else {
      // Looked for in one message's worth only: a flood of tens of thousands waits behind it.
      let count = 0
      let characters = 0
      for (const item of this.#items.slice(0, BATCH)) {
        if ('type' in item || (count > 0 && characters + item.text.length > BATCH_CHARACTERS)) break
        count += 1
        characters += item.text.length
      }
      this.#characters -= characters
      message = { type: 'lines', lines: this.#items.splice(0, count) as LogLine[] }
    }
    for (const wake of [...this.#drained]) wake()
    return message
  }

  #wake(): void {
    for (const wake of [...this.#wakes]) wake()
  }
}

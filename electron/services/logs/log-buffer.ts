/** What lies between a log and its reader: bounded; when the reader is slower, the oldest lines give way and are counted. */
import type { LogLine, LogMessage } from '../../contract/logs.ts'
import { pause, waitFor } from '../live/subject.ts'
import type { RawLine } from './line-reader.ts'

/** Lines of one message. */
const BATCH = 500
/** Lines are gathered this long, so that a flood is few messages. */
const GATHER_MS = 20

type Mark = Extract<LogMessage, { type: 'mark' }>

export class LogBuffer {
  readonly #limit: number
  #items: (LogLine | Mark)[] = []
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
    for (const line of lines) this.#items.push({ sequence: this.#sequence++, ...line })
    const surplus = this.#items.length - this.#limit
    if (surplus > 0) {
      const gone = this.#items.splice(0, surplus)
      this.#skipped += gone.filter((item) => !('type' in item)).length
    }
    this.#wake()
  }

  mark(at: string, text: string): void {
    this.#items.push({ type: 'mark', at, text })
    this.#wake()
  }

  /** Nothing follows. With an error, the reader gets it after what is here. */
  end(error?: unknown): void {
    this.#ended = { error }
    this.#wake()
  }

  /** Resolves when the reader has taken most of it: for logs that are read whole, without gaps. */
  async room(signal: AbortSignal): Promise<void> {
    while (this.#items.length > this.#limit / 2 && !signal.aborted) await waitFor(this.#drained, signal)
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
      message = first
    } else {
      // Looked for in one message's worth only: a flood of tens of thousands waits behind it.
      const most = this.#items.slice(0, BATCH)
      const mark = most.findIndex((item) => 'type' in item)
      const count = mark === -1 ? most.length : mark
      message = { type: 'lines', lines: this.#items.splice(0, count) as LogLine[] }
    }
    for (const wake of [...this.#drained]) wake()
    return message
  }

  #wake(): void {
    for (const wake of [...this.#wakes]) wake()
  }
}

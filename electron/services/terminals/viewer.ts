/** One page that looks at a terminal: its own queue of what it has not taken yet. */
import type { TerminalMessage } from '../../contract/terminals.ts'
import { waitFor } from '../live/subject.ts'

export class Viewer {
  #queue: TerminalMessage[] = []
  #bytes = 0
  readonly #wakes = new Set<() => void>()
  readonly #onTaken: () => void

  /** `onTaken` is called each time the page has taken something. */
  constructor(onTaken: () => void) {
    this.#onTaken = onTaken
  }

  /** Bytes that wait for the page. */
  get waiting(): number {
    return this.#bytes
  }

  push(message: TerminalMessage): void {
    this.#queue.push(message)
    if (message.type === 'data') this.#bytes += message.data.byteLength
    for (const wake of [...this.#wakes]) wake()
  }

  /** Forgets what waits: a snapshot that says it all follows. */
  clear(): void {
    this.#queue = []
    this.#bytes = 0
  }

  /** Ends after `ended`, or by `signal`. */
  async *read(signal: AbortSignal | undefined): AsyncGenerator<TerminalMessage, void, undefined> {
    while (!signal?.aborted) {
      const message = this.#take()
      if (!message) {
        await waitFor(this.#wakes, signal)
        continue
      }
      yield message
      this.#onTaken()
      if (message.type === 'ended') return
    }
  }

  /** Chunks that wait are joined: a burst is one message. */
  #take(): TerminalMessage | undefined {
    const first = this.#queue.shift()
    if (first?.type !== 'data') return first
    const chunks = [first.data]
    while (this.#queue[0]?.type === 'data') {
      const next = this.#queue.shift()
      if (next?.type === 'data') chunks.push(next.data)
    }
    this.#bytes = 0
    const data = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.byteLength, 0))
    let at = 0
    for (const chunk of chunks) {
      data.set(chunk, at)
      at += chunk.byteLength
    }
    return { type: 'data', data }
  }
}

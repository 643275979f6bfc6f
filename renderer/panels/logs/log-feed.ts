/**
 * One container's log as the page holds it: the newest lines in a ring, what is found in them, and where the stream
 * stands. Told once a frame, however fast the lines come.
 */
import { plainText } from '../../lib/ansi.ts'
import { LineRing } from '../../lib/line-ring.ts'
import type { LogLine, LogMessage } from '../../rpc/views.ts'

/** `source`: the service that it comes from, where several are shown as one. */
export type LogEntry = (
  | { readonly type: 'line'; readonly line: LogLine }
  | { readonly type: 'skipped'; readonly count: number }
  | { readonly type: 'mark'; readonly at: string; readonly text: string }
) & { readonly source?: LogSource }

/** A service among others. */
export interface LogSource {
  readonly name: string
  /** Which of the colours it has. */
  readonly colour: number
}

/** Lines kept in the page; older ones stay in the engine's store. */
export const KEPT_LINES = 50_000
/** Characters kept, however few lines they are. */
const KEPT_CHARACTERS = 32 * 1024 * 1024

export class LogFeed {
  readonly ring: LineRing<LogEntry>
  readonly #listeners = new Set<() => void>()
  #version = 0
  #scheduled = false
  #characters = 0
  #lastAt = ''
  #needle = ''
  #matches: number[] = []
  ended = false

  constructor(capacity = KEPT_LINES) {
    this.ring = new LineRing(capacity)
  }

  readonly version = (): number => this.#version

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** The time of the newest line, to go on after a reconnect; empty when there is none. */
  get lastAt(): string {
    return this.#lastAt
  }

  /** Numbers (as the ring counts) of the entries that hold the needle, oldest first. */
  get matches(): readonly number[] {
    return this.#matches
  }

  /** Takes a message of the stream. Lines up to `after` were here before a reconnect and are passed over. */
  take(message: LogMessage, after = ''): void {
    switch (message.type) {
      case 'lines':
        for (const line of message.lines) {
          if (after !== '' && line.at <= after) continue
          this.#push({ type: 'line', line })
          this.#lastAt = line.at
        }
        break
      case 'skipped':
        this.#push(message)
        break
      case 'mark':
        this.#push(message)
        break
      case 'end':
        this.ended = true
    }
    this.#tell()
  }

  /** Takes entries that are in their order already. */
  add(entries: Iterable<LogEntry>): void {
    for (const entry of entries) this.#push(entry)
    this.#tell()
  }

  /** Looks for `needle` in all lines, and from now on in each new one. Upper and lower case are one. */
  find(needle: string): void {
    this.#needle = needle.toLowerCase()
    this.#matches = []
    if (this.#needle !== '') {
      let number = this.ring.first
      for (const entry of this.ring) {
        if (this.#hits(entry)) this.#matches.push(number)
        number += 1
      }
    }
    this.#tell()
  }

  /** Forgets what is on screen; what comes next is shown. */
  clear(): void {
    this.ring.clear()
    this.#characters = 0
    this.#matches = []
    this.#tell()
  }

  #push(entry: LogEntry): void {
    this.#characters += sizeOf(entry) - sizeOf(this.ring.push(entry))
    while (this.#characters > KEPT_CHARACTERS && this.ring.length > 1)
      this.#characters -= sizeOf(this.ring.shift())
    if (this.#needle === '') return
    const oldest = this.ring.first
    if ((this.#matches[0] ?? oldest) < oldest)
      this.#matches = this.#matches.filter((number) => number >= oldest)
    if (this.#hits(entry)) this.#matches.push(oldest + this.ring.length - 1)
  }

  #hits(entry: LogEntry): boolean {
    return entry.type === 'line' && plainText(entry.line.text).toLowerCase().includes(this.#needle)
  }

  #tell(): void {
    if (this.#scheduled) return
    this.#scheduled = true
    requestAnimationFrame(() => {
      this.#scheduled = false
      this.#version += 1
      for (const listener of [...this.#listeners]) listener()
    })
  }
}

function sizeOf(entry: LogEntry | undefined): number {
  return entry?.type === 'line' ? entry.line.text.length : 0
}

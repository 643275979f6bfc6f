/** The logs of several containers as one: lines by their times, a source muted and heard again without a new reading. */
import { LineRing } from '../../lib/line-ring.ts'
import type { LogMessage } from '../../rpc/views.ts'
import { KEPT_LINES, type LogEntry, LogFeed, type LogSource } from './log-feed.ts'

/** Lines of different containers that come within this time are put in order before they are shown. */
const GATHER_MS = 120

export class MergedLog {
  readonly feed = new LogFeed()
  readonly #all = new LineRing<LogEntry>(KEPT_LINES)
  readonly #lastAt = new Map<string, string>()
  #waiting: { readonly at: number; readonly entry: LogEntry }[] = []
  #timer: ReturnType<typeof setTimeout> | null = null
  #muted: ReadonlySet<string> = new Set()

  /** The time of the newest line of a container, to go on after a reconnect. */
  lastAt(container: string): string {
    return this.#lastAt.get(container) ?? ''
  }

  /** Takes a message of one container's log. Lines up to `after` were here before. */
  take(container: string, source: LogSource, message: LogMessage, after: string): void {
    switch (message.type) {
      case 'lines':
        for (const line of message.lines) {
          if (after !== '' && line.at <= after) continue
          this.#lastAt.set(container, line.at)
          this.#add(Date.parse(line.at), { type: 'line', line, source })
        }
        return
      case 'skipped':
        this.#add(Date.now(), { type: 'skipped', count: message.count, source })
        return
      case 'mark':
        this.#add(Date.parse(message.at), { type: 'mark', at: message.at, text: message.text, source })
        return
      case 'end':
    }
  }

  /** Shows only what is not of these services. */
  mute(names: ReadonlySet<string>): void {
    this.#muted = names
    this.feed.clear()
    this.feed.add(this.#heard(this.#all))
  }

  #add(at: number, entry: LogEntry): void {
    this.#waiting.push({ at, entry })
    this.#timer ??= setTimeout(() => {
      this.#timer = null
      const entries = this.#waiting.sort((one, other) => one.at - other.at).map((each) => each.entry)
      this.#waiting = []
      for (const each of entries) this.#all.push(each)
      this.feed.add(this.#heard(entries))
    }, GATHER_MS)
  }

  *#heard(entries: Iterable<LogEntry>): Generator<LogEntry, void, void> {
    for (const entry of entries) if (!this.#muted.has(entry.source?.name ?? '')) yield entry
  }
}

/**
 * What happened, in memory: the last events for those who ask with `since`, and a wake-up for those who follow.
 * Followers read from the journal at their own pace; one that falls too far behind is cut off and may come back
 * with `since`.
 */
import type { EventMessage, EventType } from '../../api/events.ts'
import { nowNano } from '../clock.ts'

/** How many are kept. Docker keeps 256. */
const KEPT = 4096

/** One event with its wire text. `sequence` counts from 1 without gaps. */
export interface JournalEntry {
  readonly sequence: number
  readonly nano: bigint
  readonly type: EventType
  readonly action: string
  readonly id: string
  readonly attributes: Readonly<Record<string, string>>
  /** The JSON line. */
  readonly line: string
}

export class Journal {
  readonly #entries: JournalEntry[] = []
  #sequence = 0
  readonly #followers = new Set<() => void>()

  /** Records that something happened now. */
  emit(type: EventType, action: string, id: string, attributes: Readonly<Record<string, string>>): void {
    const nano = nowNano()
    this.#sequence += 1
    const line = wireLine(type, action, id, attributes, nano)
    this.#entries.push({ sequence: this.#sequence, nano, type, action, id, attributes, line })
    if (this.#entries.length > KEPT * 2) this.#entries.splice(0, this.#entries.length - KEPT)
    for (const wake of this.#followers) wake()
  }

  /** The number of the newest event. */
  get newest(): number {
    return this.#sequence
  }

  get followers(): number {
    return this.#followers.size
  }

  /** Events after number `sequence`; null when some of them are forgotten already. */
  after(sequence: number): readonly JournalEntry[] | null {
    const first = this.#entries[0]?.sequence ?? this.#sequence + 1
    if (sequence + 1 < first) return null
    return this.#entries.slice(sequence + 1 - first)
  }

  /** The number of the last event before the moment `nano`, as far as they are remembered. */
  before(nano: bigint): number {
    const index = this.#entries.findIndex((entry) => entry.nano >= nano)
    if (index === -1) return this.#sequence
    return (this.#entries[index]?.sequence ?? 1) - 1
  }

  /** Calls `wake` after each event. Returns the way to stop. */
  follow(wake: () => void): () => void {
    this.#followers.add(wake)
    return () => this.#followers.delete(wake)
  }
}

/** Docker's JSON. Nanoseconds are beyond what a JavaScript number holds, so they are put in as text. */
function wireLine(
  type: EventType,
  action: string,
  id: string,
  attributes: Readonly<Record<string, string>>,
  nano: bigint,
): string {
  const old =
    type === 'container'
      ? { status: action, id, from: attributes.image ?? '' }
      : type === 'image'
        ? { status: action, id }
        : {}
  const message: Omit<EventMessage, 'timeNano'> = {
    ...old,
    Type: type,
    Action: action,
    Actor: { ID: id, Attributes: attributes },
    scope: 'local',
    time: Number(nano / 1_000_000_000n),
  }
  return `${JSON.stringify(message).slice(0, -1)},"timeNano":${nano}}\n`
}

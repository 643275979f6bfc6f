/**
 * How much disk containers and volumes use. Finding out walks all their files, so few are walked at a time, those who
 * ask at the same time share one walk, and what nothing runs on is not walked again within a minute.
 */
import type { Container } from './containers/container.ts'
import { Slots } from './images/slots.ts'

/** Walks at a time. */
const WALKS = 4
/** How long a size of something at rest is believed, in milliseconds: somebody may reach the files past the engine. */
const BELIEVED_MS = 60_000

interface Known {
  readonly state: string
  readonly at: number
  readonly bytes: number
}

/** Where sizes are measured. */
export interface Scales {
  /** Bytes of a container's writable layer. */
  readonly container: (id: string) => Promise<number>
  readonly volume: (name: string) => Promise<number>
}

export class DiskSizes {
  readonly #scales: Scales
  readonly #slots = new Slots(WALKS)
  readonly #under = new Map<string, Promise<number>>()
  readonly #known = new Map<string, Known>()

  constructor(scales: Scales) {
    this.#scales = scales
  }

  /** Bytes of a container's writable layer. */
  container(container: Container): Promise<number> {
    const { id, up, revision } = container
    return this.#size(`container ${id}`, up ? null : String(revision), () => this.#scales.container(id))
  }

  /** Bytes of a volume; `users` are the containers that have it. */
  volume(name: string, users: readonly Container[]): Promise<number> {
    const busy = users.some(({ up }) => up)
    const state = users.map(({ id, revision }) => `${id}/${revision}`).join()
    return this.#size(`volume ${name}`, busy ? null : state, () => this.#scales.volume(name))
  }

  /** `state` is null while something may write there. */
  #size(key: string, state: string | null, measure: () => Promise<number>): Promise<number> {
    const known = this.#known.get(key)
    if (known?.state === state && Date.now() - known.at < BELIEVED_MS) return Promise.resolve(known.bytes)
    const under = this.#under.get(key)
    if (under) return under
    const walk = this.#measure(key, state, measure).finally(() => this.#under.delete(key))
    this.#under.set(key, walk)
    return walk
  }

  async #measure(key: string, state: string | null, measure: () => Promise<number>): Promise<number> {
    const leave = await this.#slots.take(new AbortController().signal)
    try {
      const bytes = await measure()
      this.#forgetOld()
      if (state === null) this.#known.delete(key)
      else this.#known.set(key, { state, at: Date.now(), bytes })
      return bytes
    } finally {
      leave()
    }
  }

  /** What was removed since would stay for ever. */
  #forgetOld(): void {
    const oldest = Date.now() - BELIEVED_MS
    for (const [key, { at }] of this.#known) {
      if (at >= oldest) return
      this.#known.delete(key)
    }
  }
}

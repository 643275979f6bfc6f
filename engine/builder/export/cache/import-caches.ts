/** Caches from elsewhere, for one build: what the engine does not remember is looked for in them. */
import type { Digest } from '../../../oci/descriptor.ts'
import type { Store } from '../../../store/store.ts'
import type { Cache, CacheRecord, NewRecord } from '../../solve/cache.ts'
import { chainOf } from '../../solve/keys.ts'
import type { Performer } from '../../solve/performer.ts'
import type { TravellingRecord } from './document.ts'
import type { FoundCache } from './place.ts'

/** What begins the ids of records that are not the engine's own yet. */
const FOREIGN = 'import:'

interface Foreign {
  readonly record: TravellingRecord
  readonly from: FoundCache
}

/**
 * The engine's cache and these together. A foreign record becomes the engine's own when it is used, and its layers
 * have come by then: they are fetched when the solver asks whether they are there.
 */
export class ImportedCaches {
  readonly #found: readonly FoundCache[]
  readonly #store: Store
  readonly #signal: AbortSignal
  readonly #foreign = new Map<string, Foreign>()
  readonly #ids = new Map<string, string>()
  readonly #adopted = new Map<string, string>()
  readonly #here = new Set<string>()

  constructor(found: readonly FoundCache[], store: Store, signal: AbortSignal) {
    this.#found = found
    this.#store = store
    this.#signal = signal
    for (const from of found) {
      for (const record of from.document.records) {
        const id = `${FOREIGN}${this.#foreign.size}`
        this.#foreign.set(id, { record, from })
        // Of two that have an answer, the one that was named first is asked.
        for (const key of record.keys) if (!this.#ids.has(key)) this.#ids.set(key, id)
      }
    }
  }

  /** Says what `own` and these say. */
  cache(own: Cache): Cache {
    const adopted = (id: string): string | null => {
      if (!id.startsWith(FOREIGN)) return id
      return this.#adopted.get(id) ?? this.#adopt(own, id)
    }
    return {
      find: (key) => own.find(key) ?? this.#find(key),
      keysOf: (id) => (id.startsWith(FOREIGN) ? (this.#foreign.get(id)?.record.keys ?? []) : own.keysOf(id)),
      save: (record) => own.save(record),
      alias: (id, key) => {
        const known = adopted(id)
        if (known !== null) own.alias(known, key)
      },
      touch: (id) => {
        const known = adopted(id)
        if (known !== null) own.touch(known)
      },
      lose: (id) => {
        if (id.startsWith(FOREIGN)) this.#foreign.delete(id)
        else own.lose(id)
      },
      gone: (key) => own.gone(key),
      slot: (slot) => own.slot(slot),
      slotKey: (slot) => own.slotKey(slot),
      keepSlot: (slot, key, facts) => own.keepSlot(slot, key, facts),
    }
  }

  /** Performs as `own`, and fetches layers that one of the caches has. */
  performer(own: Performer): Performer {
    return {
      contentFacts: (...about) => own.contentFacts(...about),
      perform: (...about) => own.perform(...about),
      settled: async (diffIds) => own.settled?.(diffIds),
      has: async (diffIds) => {
        const all = (await own.has(diffIds)) || ((await this.#fetch(diffIds)) && (await own.has(diffIds)))
        if (all) this.#here.add(chainOf(diffIds))
        return all
      },
    }
  }

  #find(key: string): CacheRecord | null {
    const id = this.#ids.get(key)
    const foreign = id === undefined ? undefined : this.#foreign.get(id)
    if (id === undefined || !foreign) return null
    const { diffIds, inputs, addedBytes, createdAt } = foreign.record
    return { id, diffIds, inputs, addedBytes, createdAt }
  }

  /** Null as long as its layers were not asked for: it was only looked at. */
  #adopt(own: Cache, id: string): string | null {
    const foreign = this.#foreign.get(id)
    if (!foreign || !this.#here.has(chainOf(foreign.record.diffIds))) return null
    const record: NewRecord = { ...foreign.record, parentKeys: [] }
    const known = own.save(record).id
    this.#adopted.set(id, known)
    return known
  }

  /** False when one of them is in none of the caches, or cannot be had. */
  async #fetch(diffIds: readonly Digest[]): Promise<boolean> {
    for (const diffId of diffIds) {
      if (await this.#store.hasLayer(diffId)) continue
      if (!(await this.#fetchOne(diffId))) return false
    }
    return true
  }

  async #fetchOne(diffId: Digest): Promise<boolean> {
    for (const from of this.#found) {
      const layer = from.document.layers.get(diffId)
      if (!layer) continue
      try {
        await this.#store.addLayer(layer, diffId, await from.open(layer, this.#signal), {
          signal: this.#signal,
        })
        return true
      } catch (error) {
        // A cache that lost a layer is one that never had it, unless the build itself is at its end.
        if (this.#signal.aborted) throw error
      }
    }
    return false
  }
}

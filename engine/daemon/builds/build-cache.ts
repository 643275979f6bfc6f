/** The build cache as people see it: listed, planned away with reasons, removed; and kept within bounds by itself. */
import { statfs } from 'node:fs/promises'
import type {
  BuildCachePlan,
  BuildCachePruned,
  BuildCacheWish,
  BuildCacheRecord as CacheRow,
} from '../../api/longshore/build-cache.ts'
import type { BuildCacheItem, BuildPruned } from '../../api/system.ts'
import type { CacheMounts } from '../../builder/perform/cache-mounts.ts'
import type { ImageRecords } from '../../store/store.ts'
import { rfc3339 } from '../clock.ts'
import type { Journal } from '../events/journal.ts'
import type { Filters } from '../filters.ts'
import type { BuildCacheRecords } from '../records/builds.ts'
import type { DaemonSettings } from '../settings.ts'
import { cacheFilter } from './cache-filter.ts'
import { planCache, type SeenRecord, type SpaceLimits, type Verdict } from './cache-plan.ts'

const NO_LIMITS: SpaceLimits = { reserved: 0, mostUsed: 0, leastFree: 0 }
/** What the cache keeps to by itself: a tenth of the disk, as dockerd does (builder.gc.defaultKeepStorage). */
const SHARE_OF_DISK = 0.1
/** Every look at all of it has its price: so often after builds, at most. */
const TIDY_EVERY_MS = 600_000
/** And a record that nothing used for so long goes in any case (BuildKit, DefaultGCPolicy). */
const UNUSED_MS = 60 * 24 * 3_600_000

/** What the cache stands on. */
export interface BuildCacheParts {
  readonly records: BuildCacheRecords
  readonly images: Pick<ImageRecords, 'all'>
  readonly mounts: Pick<CacheMounts, 'list' | 'remove' | 'look'>
  readonly journal: Journal
  /** Where the layers are. */
  readonly folder: string
  /** Removes content that nothing names any more; answers the bytes. */
  readonly collect: () => Promise<number>
  /** When the build began that runs longest; null when none does. */
  readonly runningSince: () => number | null
  readonly now: () => number
  /** What a person has set. */
  readonly gc: () => DaemonSettings['builds']['gc']
}

/** A request of POST /build/prune. */
export interface CachePrune {
  readonly all: boolean
  readonly filters: Filters
  readonly limits?: SpaceLimits
}

export class BuildCache {
  readonly #parts: BuildCacheParts
  #tidiedAt = 0

  constructor(parts: BuildCacheParts) {
    this.#parts = parts
  }

  /** Folders of RUN --mount=type=cache. */
  get mounts(): BuildCacheParts['mounts'] {
    return this.#parts.mounts
  }

  /** Rows with the reason that each is kept for. */
  async list(): Promise<readonly CacheRow[]> {
    const verdicts = await this.#plan({ all: true, fits: () => true, limits: await this.#ownLimits() })
    return verdicts.map(({ record, goes, reason }) => {
      const { id, type, description, bytes, createdAt, usedAt, uses, inUse, images } = record
      const shared = images.length > 0
      const keptBecause = goes ? `until room is made: ${reason}` : reason
      return {
        ...{ id, type, description, bytes, createdAt, lastUsedAt: usedAt, uses, inUse, shared, keptBecause },
      }
    })
  }

  /** BuildCache of GET /system/df. */
  async usage(): Promise<readonly BuildCacheItem[]> {
    const time = (ms: number) => rfc3339(BigInt(ms) * 1_000_000n)
    return (await this.#seen()).map((record) => ({
      ID: record.id,
      Parents: record.parents.length > 0 ? record.parents : null,
      Type: record.type,
      Description: record.description,
      InUse: record.inUse,
      Shared: record.images.length > 0,
      Size: record.bytes,
      CreatedAt: time(record.createdAt),
      LastUsedAt: time(record.usedAt),
      UsageCount: record.uses,
    }))
  }

  /** POST /build/prune. Throws `invalid` for filters that are none. */
  async prune({ all, filters, limits = NO_LIMITS }: CachePrune): Promise<BuildPruned> {
    const fits = cacheFilter(filters, this.#parts.now())
    const going = (await this.#plan({ all, fits, limits })).filter(({ goes }) => goes)
    const ids = going.map(({ record }) => record.id)
    const bytes = await this.#remove(ids, 'pruned')
    this.#parts.journal.emit('builder', 'prune', '', { reclaimed: String(bytes) })
    return { CachesDeleted: ids.length > 0 ? ids : null, SpaceReclaimed: bytes }
  }

  /** What a removal would take, and why the rest stays. */
  async plan({ all = false, keepBytes = 0, unusedForSeconds = 0 }: BuildCacheWish): Promise<BuildCachePlan> {
    const before = this.#parts.now() - unusedForSeconds * 1000
    const fits = ({ usedAt }: SeenRecord) => usedAt <= before
    const verdicts = await this.#plan({ all, fits, limits: { ...NO_LIMITS, mostUsed: keepBytes } })
    const row = ({ record: { id, description, bytes }, reason }: Verdict) => ({
      id,
      description,
      bytes,
      reason,
    })
    const going = verdicts.filter(({ goes }) => goes)
    const bytes = going.reduce((sum, { record }) => sum + (record.images.length > 0 ? 0 : record.bytes), 0)
    return { remove: going.map(row), keep: verdicts.filter(({ goes }) => !goes).map(row), bytes }
  }

  /** Those of a plan that nothing needs by now. */
  async remove(ids: readonly string[]): Promise<BuildCachePruned> {
    const seen = new Map((await this.#seen()).map((record) => [record.id, record]))
    const wanted = new Set(ids)
    const above = (id: string) =>
      [...seen.values()].find((other) => other.parents.includes(id) && !wanted.has(other.id))
    const why = (id: string) => {
      const record = seen.get(id)
      if (!record) return 'there is no such record'
      if (record.inUse) return 'a running build uses it'
      const one = above(id)
      return one ? `${one.description} stands on it` : null
    }
    const left = ids.flatMap((id) => {
      const reason = why(id)
      return reason === null ? [] : [{ id, why: reason }]
    })
    const removed = ids.filter((id) => !left.some((each) => each.id === id))
    return { removed, left, bytes: await this.#remove(removed, 'removed') }
  }

  /** Keeps to the engine's own bounds; after the last build that ran, when nobody waits. */
  async tidy(): Promise<void> {
    const { now, gc, collect } = this.#parts
    // What was removed meanwhile may have left layers that a build counted on.
    await collect()
    if (gc().enabled === false) return
    if (now() - this.#tidiedAt < TIDY_EVERY_MS) return
    this.#tidiedAt = now()
    const old = ({ usedAt }: SeenRecord) => usedAt < now() - UNUSED_MS
    const going = [
      ...(await this.#plan({ all: true, fits: old, limits: NO_LIMITS })),
      ...(await this.#plan({ all: true, fits: () => true, limits: await this.#ownLimits() })),
    ].filter(({ goes }) => goes)
    const ids = [...new Set(going.map(({ record }) => record.id))]
    if (ids.length > 0) await this.#remove(ids, 'room was made')
  }

  async #plan(wish: {
    readonly all: boolean
    readonly fits: (record: SeenRecord) => boolean
    readonly limits: SpaceLimits
  }): Promise<readonly Verdict[]> {
    const { bavail, bsize } = await statfs(this.#parts.folder)
    return planCache(await this.#seen(), { ...wish, freeBytes: bavail * bsize, now: this.#parts.now() })
  }

  async #ownLimits(): Promise<SpaceLimits> {
    const { blocks, bsize } = await statfs(this.#parts.folder)
    const { reservedBytes = 0, mostUsedBytes = 0, leastFreeBytes = 0 } = this.#parts.gc()
    const mostUsed = mostUsedBytes || Math.floor(blocks * bsize * SHARE_OF_DISK)
    return { reserved: reservedBytes, mostUsed, leastFree: leastFreeBytes }
  }

  async #remove(ids: readonly string[], why: string): Promise<number> {
    if (ids.length === 0) return 0
    const { records, mounts, collect } = this.#parts
    const found = (await mounts.list()).filter(({ name, inUse }) => ids.includes(name) && !inUse)
    for (const { name } of found) await mounts.remove(name)
    const known = new Set(records.all().map(({ id }) => id))
    const results = ids.filter((id) => known.has(id))
    if (results.length > 0) records.remove(results, why)
    return found.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) + (await collect())
  }

  async #seen(): Promise<readonly SeenRecord[]> {
    return [...this.#results(), ...(await this.#mounts())]
  }

  async #mounts(): Promise<readonly SeenRecord[]> {
    return (await this.#parts.mounts.list()).map(({ name, id, sizeBytes, ...rest }) => ({
      ...{ id: name, type: 'exec.cachemount', description: `cache mount with id "${id}"`, bytes: sizeBytes },
      ...{ createdAt: rest.createdAt, usedAt: rest.usedAt, uses: rest.uses, inUse: rest.inUse },
      ...{ parents: [], images: [] },
    }))
  }

  #results(): readonly SeenRecord[] {
    const { records, images, runningSince } = this.#parts
    const owners = new Map<string, string[]>()
    for (const { id, references, config } of images.all()) {
      const name = references[0] ?? id.slice(0, 'sha256:'.length + 12)
      for (const diffId of config.rootfs.diff_ids) owners.set(diffId, [...(owners.get(diffId) ?? []), name])
    }
    const since = runningSince()
    return records.all().map(({ id, type, description, addedBytes, parents, diffIds, ...times }) => ({
      ...{ id, type, description, parents, bytes: addedBytes },
      ...{ createdAt: times.createdAt, usedAt: times.usedAt, uses: times.uses },
      inUse: since !== null && times.usedAt >= since,
      images: [...new Set(owners.get(diffIds.at(-1) ?? '') ?? [])],
    }))
  }
}

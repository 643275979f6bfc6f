/**
 * What the builder keeps, under /longshore/v1/build-cache. Sizes in bytes, times in ms since 1970.
 *
 * GET    /build-cache                     `BuildCacheRecord[]`
 * POST   /build-cache/prune/plan          a `BuildCacheWish`; answers `BuildCachePlan`, removing nothing
 * POST   /build-cache/prune               a `BuildCacheRemoval`: those of a plan that nothing needs by now; answers `BuildCachePruned`
 * GET    /build-cache/mounts              `CacheMount[]`: the caches of RUN --mount=type=cache
 * GET    /build-cache/mounts/{id}/archive its files as a tar
 * DELETE /build-cache/mounts/{id}
 */

export interface BuildCacheRecord {
  readonly id: string
  /** `regular` results of steps, `source.local` contexts, `source.git` checkouts, `exec.cachemount`. */
  readonly type: string
  /** The step that made it, as progress shows it. */
  readonly description: string
  readonly bytes: number
  readonly createdAt: number
  readonly lastUsedAt: number
  readonly uses: number
  /** A build or an image has it now. */
  readonly inUse: boolean
  /** Its layers are an image's too: removing it frees nothing. */
  readonly shared: boolean
  /** Why it is kept, for people. */
  readonly keptBecause: string
}

export interface BuildCacheWish {
  /** Also what a build of the last days used. */
  readonly all?: boolean
  /** Keep this much. */
  readonly keepBytes?: number
  /** Only what was not used for so many seconds. */
  readonly unusedForSeconds?: number
}

export interface BuildCachePlan {
  readonly remove: readonly {
    readonly id: string
    readonly description: string
    readonly bytes: number
    readonly reason: string
  }[]
  readonly keep: readonly {
    readonly id: string
    readonly description: string
    readonly bytes: number
    readonly reason: string
  }[]
  /** What the removal frees. */
  readonly bytes: number
}

export interface BuildCacheRemoval {
  readonly ids: readonly string[]
}

export interface BuildCachePruned {
  readonly removed: readonly string[]
  readonly left: readonly { readonly id: string; readonly why: string }[]
  readonly bytes: number
}

/** In the calls above `{id}` is its name, or its id: of several private ones the first is exported, and all are removed. */
export interface CacheMount {
  /** Its own, in hexadecimal. */
  readonly name: string
  /** As `id=` of the mount names it, or its target; private ones in use at the same time share it. */
  readonly id: string
  readonly bytes: number
  readonly createdAt: number
  readonly lastUsedAt: number
  readonly inUse: boolean
}

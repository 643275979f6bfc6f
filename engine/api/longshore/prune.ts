/**
 * Pruning in two steps: what would go and why, and then exactly that.
 *
 * GET /longshore/v1/prune answers a `PrunePlan`. Of the query: `containers`, `networks` (1 or 0, on unless said),
 * `volumes` (`none` unless said, `anonymous`, `all`), `images` (`dangling` unless said, `none`, `unused`), and
 * `filters` as in Docker's prunes (label, label!, until). POST with a `PruneRequest` removes those steps of a plan
 * that still hold, and answers a `PruneResult`.
 */

export type PruneKind = 'container' | 'network' | 'volume' | 'image'

/** One thing that would go. */
export interface PruneStep {
  readonly kind: PruneKind
  readonly id: string
  /** As people know it. */
  readonly name: string
  /** Why nothing needs it. */
  readonly reason: string
  /** What its removal frees, when the steps before it are done. */
  readonly bytes: number
}

/** In the order in which it is done. */
export interface PrunePlan {
  readonly steps: readonly PruneStep[]
  readonly bytes: number
}

export interface PruneRequest {
  readonly steps: readonly { readonly kind: PruneKind; readonly id: string }[]
}

export interface PruneResult {
  readonly removed: readonly { readonly kind: PruneKind; readonly id: string }[]
  /** What somebody has come to need in the meantime, or what could not be removed. */
  readonly left: readonly { readonly kind: PruneKind; readonly id: string; readonly why: string }[]
  readonly bytes: number
}

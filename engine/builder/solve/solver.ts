/**
 * Runs what a plan needs and nothing else: it begins at the target and goes down only where the cache has no answer,
 * by definition first, then by content.
 */
import type { Digest } from '../../oci/descriptor.ts'
import type { BuildPlan, Step, StepId } from '../plan/step.ts'
import type { Cache, CacheRecord } from './cache.ts'
import type { Performed, Performer } from './performer.ts'
import type { BuildEvent } from './progress.ts'
import { SharedRuns } from './shared-runs.ts'
import { SolveRun } from './solve-run.ts'
import type { Value } from './value.ts'

/** Places for steps that work, of all builds of an engine. Throws `cancelled`; the answer gives the place back. */
export interface Places {
  take(signal: AbortSignal): Promise<() => void>
}

/** What a build wants solved. */
export interface SolveRequest {
  readonly plan: BuildPlan
  readonly performer: Performer
  readonly emit: (event: BuildEvent) => void
  readonly signal: AbortSignal
  /** Names the Dockerfile for its history: builds of the same one are compared. */
  readonly dockerfile: string
  /** What decides a command's result beside its instruction: lines for /etc/hosts. */
  readonly surroundings: readonly string[]
  /** The engine's cache, and for this build what others have. Left out where there are none. */
  readonly cache?: Cache
}

/** What came of it. */
export interface Solved {
  /** Null for a stage of nothing. */
  readonly value: Value | null
  /** Layers of a step, when they are known; null for sources, and for what nobody needed and nobody remembers. */
  diffIds(id: StepId): readonly Digest[] | null
  /** When a step's result was made, ms since 1970; null where `diffIds` is, and for what is only put together. */
  madeAt(id: StepId): number | null
  /** What the cache has of a step now. */
  record(id: StepId): CacheRecord | null
}

/** A solve under way. */
export interface Solving {
  /** Throws `StepFailed`, or `cancelled`; by then every step that this build alone wanted has ended. */
  readonly done: Promise<Solved>
  /** Nothing that this build began works on any longer, for others either: its performer may be closed. */
  readonly drained: Promise<void>
}

/** The first failure of a build; `cause` is what the step threw. */
export class StepFailed extends Error {
  readonly step: Step

  constructor(step: Step, cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause })
    this.name = 'StepFailed'
    this.step = step
  }
}

/** The one solver of an engine: builds at the same time share what they have in common. */
export class Solver {
  readonly #cache: Cache
  readonly #places: Places
  readonly #now: () => number
  readonly #runs = new SharedRuns<Performed>()

  constructor(cache: Cache, places: Places, now: () => number = Date.now) {
    this.#cache = cache
    this.#places = places
    this.#now = now
  }

  get cache(): Cache {
    return this.#cache
  }

  solve(request: SolveRequest): Solving {
    const run = new SolveRun(request, {
      cache: request.cache ?? this.#cache,
      places: this.#places,
      runs: this.#runs,
      now: this.#now,
    })
    const done = run.solve()
    return { done, drained: done.then(run.drained, run.drained) }
  }
}

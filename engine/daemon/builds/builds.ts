/** Builds of the engine: begun, followed, cancelled, remembered. What they keep is in `build-cache.ts`. */
import type { BuildDetail, BuildSummary } from '../../api/longshore/builds.ts'
import type { BuildPruned } from '../../api/system.ts'
import type { Build, BuildRequest } from '../../builder/request.ts'
import type { BuildEvent } from '../../builder/solve/progress.ts'
import { EngineError } from '../../errors.ts'
import { formatPlatform } from '../../oci/platform.ts'
import type { BuildCache, CachePrune } from './build-cache.ts'
import type { BuildHistory } from './history.ts'
import { shownArgs } from './shown-args.ts'

/** Builds one request; never rejects, and tells how it ended as its last event. */
export type RunBuild = (
  request: BuildRequest,
  told: { readonly emit: (event: BuildEvent) => void; readonly signal: AbortSignal },
) => Promise<void>

export interface BuildsParts {
  readonly run: RunBuild
  readonly history: BuildHistory
  readonly cache: BuildCache
  /** Told of failures that no caller waits for. */
  readonly report: (error: unknown, what: string) => void
  readonly now: () => number
  /** Told when a build begins, ends or is forgotten. */
  readonly changed: (what: 'start' | 'end' | 'forget', id: string, title: string) => void
}

interface Running {
  readonly startedAt: number
  readonly abort: AbortController
  readonly done: Promise<void>
}

/** A build that was begun. */
export interface StartedBuild extends Build {
  readonly id: string
  /** Resolves when nothing of it is under way any more, however it ended. */
  readonly done: Promise<void>
}

export class Builds {
  readonly #parts: BuildsParts
  readonly #running = new Map<string, Running>()
  #closed = false
  #tidying: Promise<void> = Promise.resolve()

  constructor(parts: BuildsParts) {
    this.#parts = parts
  }

  get cache(): BuildCache {
    return this.#parts.cache
  }

  /** When the build began that runs longest; null when none does. */
  get runningSince(): number | null {
    const times = [...this.#running.values()].map(({ startedAt }) => startedAt)
    return times.length > 0 ? Math.min(...times) : null
  }

  /** Resolves when it is under way. Its events are read from its log, so that nobody need keep up with it. */
  async start(request: BuildRequest): Promise<StartedBuild> {
    if (this.#closed) throw new EngineError('unavailable', 'the engine is about to end')
    const { history, run, now, changed } = this.#parts
    const { id, title, target, platform, args } = request
    const startedAt = now()
    const log = await history.open({
      ...{ kind: 'head', id, title, startedAt, target, args: shownArgs(args) },
      platform: platform && formatPlatform(platform),
    })
    const abort = new AbortController()
    const work = async () => {
      await run(request, { emit: log.add, signal: abort.signal })
      await log.end()
    }
    const done = work()
      .catch((error: unknown) => this.#parts.report(error, `the build ${id}`))
      .finally(() => {
        this.#running.delete(id)
        changed('end', id, title)
        this.#tidy()
      })
    this.#running.set(id, { startedAt, abort, done })
    changed('start', id, title)
    return { id, events: history.events(id, true), cancel: () => abort.abort(), done }
  }

  /** POST /build/prune. Throws `invalid` for filters that are none. */
  prune(wish: CachePrune): Promise<BuildPruned> {
    return this.#parts.cache.prune(wish)
  }

  /** Newest first. */
  list(): readonly BuildSummary[] {
    return this.#parts.history.list()
  }

  /** Throws `not-found`. */
  detail(id: string): Promise<BuildDetail> {
    return this.#parts.history.detail(id)
  }

  /** Every event from the start; of one that runs, `follow` those to come too. Throws `not-found` at once. */
  events(id: string, follow: boolean): AsyncIterable<BuildEvent> {
    return this.#parts.history.events(id, follow)
  }

  /** Well when it has ended already. Throws `not-found`. */
  cancel(id: string): void {
    const running = this.#running.get(id)
    if (running) running.abort.abort()
    else if (!this.list().some((build) => build.id === id)) {
      throw new EngineError('not-found', `no such build: ${id}`)
    }
  }

  /** Throws `not-found`, and `conflict` for one that runs. */
  async forget(id: string): Promise<void> {
    await this.#parts.history.forget(id)
    this.#parts.changed('forget', id, '')
  }

  /** Cancels what runs and waits for it. */
  async close(): Promise<void> {
    this.#closed = true
    for (const { abort } of this.#running.values()) abort.abort()
    await Promise.all([...this.#running.values()].map(({ done }) => done))
    await this.#tidying
  }

  #tidy(): void {
    if (this.#running.size > 0 || this.#closed) return
    this.#tidying = this.#parts.cache
      .tidy()
      .catch((error: unknown) => this.#parts.report(error, 'keeping the build cache within its bounds'))
  }
}

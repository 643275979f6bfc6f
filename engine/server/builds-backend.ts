/** What the server needs of building: Docker's API, and what is served beside it (engine/api/longshore/builds.ts). */
import type { IncomingHttpHeaders } from 'node:http'
import type { Duplex, Readable } from 'node:stream'
import type { ImageBuildOptions } from '../api/build.ts'
import type {
  BuildCachePlan,
  BuildCachePruned,
  BuildCacheRecord,
  BuildCacheRemoval,
  BuildCacheWish,
  CacheMount,
} from '../api/longshore/build-cache.ts'
import type { BuildProblem, BuildProgress } from '../api/longshore/build-events.ts'
import type {
  BuildDetail,
  BuildStart,
  BuildStarted,
  BuildSummary,
  StepShell,
} from '../api/longshore/builds.ts'
import type { BuildPruned } from '../api/system.ts'

/** What comes with a request to build. */
export interface BuildIo {
  /** The context, or nothing. */
  readonly body: Readable
  /** The X-Registry-Config header, or empty. */
  readonly accounts: string
  /** Aborted when the client leaves, which cancels the build. */
  readonly signal: AbortSignal
}

/** Building images by Docker's API, and what building keeps. */
export interface BuildsBackend {
  /** Removes what no build uses. Throws `invalid` for filters that are none. */
  prune(query: {
    readonly all: boolean
    readonly filters: ReadonlyMap<string, readonly string[]>
    /** Bytes; 0 is no such limit. */
    readonly limits: { readonly reserved: number; readonly mostUsed: number; readonly leastFree: number }
  }): Promise<BuildPruned>
  /** Docker's progress lines. Rejects before the first when the build cannot begin; what fails later is told in them. */
  build(options: ImageBuildOptions, io: BuildIo): AsyncIterable<unknown>
  /** Cancels the build that a client named so; none of that name is fine. */
  cancel(buildId: string): void
  /** A client that serves its files: `answered` gives the connection, once it is known who it is. */
  session(headers: IncomingHttpHeaders, answered: () => Duplex): Promise<void>
}

/** Building beside Docker's API. */
export interface OwnBuildsBackend {
  start(start: BuildStart, io: BuildIo): AsyncIterable<BuildStarted | BuildProgress>
  list(): Promise<readonly BuildSummary[]>
  inspect(id: string): Promise<BuildDetail>
  remove(id: string): Promise<void>
  cancel(id: string): Promise<void>
  /** What the build told; throws `not-found` before the first of it. */
  events(
    id: string,
    options: { readonly follow: boolean },
    signal: AbortSignal,
  ): Promise<AsyncIterable<BuildProgress>>
  /** Resolves when the output begins. */
  output(id: string, index: number, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>>
  shell(id: string, step: string): Promise<StepShell>
  check(text: string): Promise<readonly BuildProblem[]>
  cache(): Promise<readonly BuildCacheRecord[]>
  planPrune(wish: BuildCacheWish): Promise<BuildCachePlan>
  removeCache(removal: BuildCacheRemoval): Promise<BuildCachePruned>
  mounts(): Promise<readonly CacheMount[]>
  removeMount(id: string): Promise<void>
  exportMount(id: string): Promise<AsyncIterable<Uint8Array>>
}

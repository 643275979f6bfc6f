/** Builds that come by Longshore's own API (engine/api/longshore/builds.ts). */
import type { Readable } from 'node:stream'
import type {
  BuildCachePlan,
  BuildCachePruned,
  BuildCacheRecord,
  BuildCacheRemoval,
  BuildCacheWish,
  CacheMount,
} from '../../api/longshore/build-cache.ts'
import type { BuildProblem, BuildProgress } from '../../api/longshore/build-events.ts'
import type {
  BuildDetail,
  BuildStart,
  BuildStarted,
  BuildSummary,
  StepShell,
} from '../../api/longshore/builds.ts'
import { EngineError } from '../../errors.ts'
import type { Builds, StartedBuild } from './builds.ts'
import { newBuildId } from './requests/build-id.ts'
import type { RequestParts } from './requests/parts.ts'
import { StreamedOutputs } from './requests/streamed-outputs.ts'

/** Makes a container of what a failed step of a build left; answers its id. */
export type ShellOpener = (build: string, step: string) => Promise<string>

export class OwnBuilds {
  readonly #builds: Builds
  readonly #parts: RequestParts
  readonly #shells: ShellOpener
  readonly #outputs = new StreamedOutputs()

  constructor(builds: Builds, parts: RequestParts, shells: ShellOpener) {
    this.#shells = shells
    this.#builds = builds
    this.#parts = parts
  }

  /** Names the build, then tells what it does; whoever leaves cancels it, but not one that was started detached. */
  async *start(
    start: BuildStart,
    io: { readonly body: Readable; readonly accounts: string; readonly signal: AbortSignal },
  ): AsyncGenerator<BuildStarted | BuildProgress, void, undefined> {
    const { ownRequest } = await import('./requests/own-request.ts')
    const id = newBuildId()
    const streamed = (index: number) => this.#outputs.receiver(id, index)
    let build: StartedBuild
    try {
      build = await this.#builds.start(await ownRequest(id, start, { ...io, streamed }, this.#parts))
    } catch (error) {
      this.#outputs.close(id)
      throw error
    }
    yield { kind: 'started', id }
    if (start.detached) {
      void this.#untilEnd(build)
      return
    }
    // Before it ends, or nobody would read what the build waits to give.
    const leave = () => this.#end(build)
    io.signal.addEventListener('abort', leave)
    try {
      yield* build.events
    } finally {
      io.signal.removeEventListener('abort', leave)
      leave()
    }
  }

  /** The tar of an output that goes `stream`. */
  output(id: string, index: number): Promise<AsyncIterable<Uint8Array>> {
    return this.#outputs.read(id, index)
  }

  /** History, newest first. */
  async list(): Promise<readonly BuildSummary[]> {
    return this.#builds.list()
  }

  /** Throws `not-found`. */
  inspect(id: string): Promise<BuildDetail> {
    return this.#builds.detail(id)
  }

  /** Forgets one that has ended. Throws `not-found` or `conflict`. */
  remove(id: string): Promise<void> {
    return this.#builds.forget(id)
  }

  /** Throws `not-found`. */
  async cancel(id: string): Promise<void> {
    this.#builds.cancel(id)
    this.#outputs.close(id)
  }

  /** Everything that a build told; with `follow` until its end. Throws `not-found`. */
  async events(id: string, { follow }: { readonly follow: boolean }): Promise<AsyncIterable<BuildProgress>> {
    return this.#builds.events(id, follow)
  }

  /** A container of what a failed step left. Throws `not-found` when nothing is. */
  async shell(id: string, step: string): Promise<StepShell> {
    return { containerId: await this.#shells(id, step) }
  }

  /** What is wrong with a Dockerfile, or could be better. */
  async check(text: string): Promise<readonly BuildProblem[]> {
    const { parseDockerfile } = await import('../../builder/parse/parse.ts')
    return parseDockerfile(text).problems
  }

  cache(): Promise<readonly BuildCacheRecord[]> {
    return this.#builds.cache.list()
  }

  /** What a prune would remove, and why. */
  planPrune(wish: BuildCacheWish): Promise<BuildCachePlan> {
    return this.#builds.cache.plan(wish)
  }

  /** Removes those records that nothing needs by now. */
  removeCache({ ids }: BuildCacheRemoval): Promise<BuildCachePruned> {
    return this.#builds.cache.remove(ids)
  }

  /** Folders of RUN --mount=type=cache. */
  async mounts(): Promise<readonly CacheMount[]> {
    const found = await this.#builds.cache.mounts.list()
    return found.map(({ name, id, sizeBytes, createdAt, usedAt, inUse }) => ({
      ...{ name, id, bytes: sizeBytes, createdAt, lastUsedAt: usedAt, inUse },
    }))
  }

  /** Throws `not-found`, and `conflict` for one that a build uses. */
  async removeMount(id: string): Promise<void> {
    for (const { name } of await this.#mountsOf(id)) await this.#builds.cache.mounts.remove(name)
  }

  /** Its files as a tar. Throws `not-found`. */
  async exportMount(id: string): Promise<AsyncIterable<Uint8Array>> {
    const { packFolder } = await import('../../context/pack.ts')
    const [first] = await this.#mountsOf(id)
    const held = await this.#builds.cache.mounts.look(first.name)
    return (async function* () {
      try {
        yield* packFolder(held.path, { ignore: [] })
      } finally {
        await held.release()
      }
    })()
  }

  async #mountsOf(id: string): Promise<[CacheMount, ...CacheMount[]]> {
    const [first, ...more] = (await this.mounts()).filter((each) => each.name === id || each.id === id)
    if (!first) throw new EngineError('not-found', `No such cache mount: ${id}`)
    return [first, ...more]
  }

  #end(build: StartedBuild): void {
    this.#outputs.close(build.id)
    build.cancel()
  }

  async #untilEnd({ id, done }: StartedBuild): Promise<void> {
    await done
    this.#outputs.close(id)
  }
}

/** Building at engines that announce it (`capabilities.builds`): see engine/api/longshore/builds.ts. */
import { Readable } from 'node:stream'
import type {
  BuildCachePlan,
  BuildCachePruned,
  BuildCacheRecord,
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
import { jsonLines } from './json-lines.ts'
import { guarded } from './streams.ts'
import type { RequestOptions, Transport } from './transport.ts'

const BUILDS = '/longshore/v1/builds'
const CACHE = '/longshore/v1/build-cache'
const BUILD_TYPE = 'application/octet-stream'

/** Accounts by registry, as docker's config.json names them. */
export type RegistryAccounts = Readonly<
  Record<string, { readonly username?: string; readonly password?: string; readonly identitytoken?: string }>
>

/** A line of POST /build's answer. */
export interface ClassicLine {
  readonly stream?: string
  readonly status?: string
  readonly progress?: string
  readonly id?: string
  readonly error?: string
  readonly errorDetail?: { readonly code?: number; readonly message?: string }
  readonly aux?: { readonly ID?: string }
}

/** Builds of one engine. Every call throws `EngineError`. */
export class Builds {
  readonly #transport: Transport

  constructor(transport: Transport) {
    this.#transport = transport
  }

  /**
   * Builds; the first line names the build, the last is `result` or `failed`. Aborting or leaving cancels it, but not
   * a `detached` one. `context` is the tar of a context of kind `body`.
   */
  async start(
    start: BuildStart,
    options: {
      readonly context?: AsyncIterable<Uint8Array>
      readonly accounts?: RegistryAccounts
      readonly signal: AbortSignal
    },
  ): Promise<AsyncGenerator<BuildStarted | BuildProgress, void, undefined>> {
    const line = Buffer.from(`${JSON.stringify(start)}\n`)
    const accounts = Buffer.from(JSON.stringify(options.accounts ?? {})).toString('base64url')
    const broken = new AbortController()
    const file = options.context
      ? Readable.from(after(line, options.context), { objectMode: false }).on('error', () => broken.abort())
      : line
    const source = await this.#transport.stream('POST', BUILDS, {
      unversioned: true,
      file,
      headers: { 'Content-Type': BUILD_TYPE, 'X-Registry-Config': accounts },
      signal: AbortSignal.any([options.signal, broken.signal]),
    })
    const who = this.#transport.describe()
    return guarded(source, jsonLines<BuildStarted | BuildProgress>(source), who, options.signal)
  }

  /**
   * The build that every engine has (POST /build): lines of text, a step after the other. `context` is a tar; null
   * where `query.remote` names one. Aborting cancels it.
   */
  async classic(
    query: Readonly<Record<string, string | undefined>>,
    options: {
      readonly context: AsyncIterable<Uint8Array> | null
      readonly accounts?: RegistryAccounts
      readonly signal: AbortSignal
    },
  ): Promise<AsyncGenerator<ClassicLine, void, undefined>> {
    const accounts = Buffer.from(JSON.stringify(options.accounts ?? {})).toString('base64url')
    const broken = new AbortController()
    const { context } = options
    const file =
      context === null
        ? Buffer.alloc(0)
        : Readable.from(context, { objectMode: false }).on('error', () => broken.abort())
    const source = await this.#transport.stream('POST', '/build', {
      query,
      file,
      headers: { 'Content-Type': 'application/x-tar', 'X-Registry-Config': accounts },
      signal: AbortSignal.any([options.signal, broken.signal]),
    })
    return guarded(source, jsonLines<ClassicLine>(source), this.#transport.describe(), options.signal)
  }

  /** What a build told since its start; with `follow` until its end. */
  async events(
    id: string,
    options: { readonly follow: boolean; readonly signal: AbortSignal },
  ): Promise<AsyncGenerator<BuildProgress, void, undefined>> {
    const { follow, signal } = options
    const source = await this.#transport.stream('GET', `${BUILDS}/${id}/events`, {
      unversioned: true,
      query: { follow },
      signal,
    })
    return guarded(source, jsonLines<BuildProgress>(source), this.#transport.describe(), signal)
  }

  /** History, newest first. */
  list(): Promise<readonly BuildSummary[]> {
    return this.#json('GET', BUILDS)
  }

  inspect(id: string): Promise<BuildDetail> {
    return this.#json('GET', `${BUILDS}/${id}`)
  }

  /** Forgets a build that has ended. */
  remove(id: string): Promise<void> {
    return this.#json('DELETE', `${BUILDS}/${id}`)
  }

  cancel(id: string): Promise<void> {
    return this.#json('POST', `${BUILDS}/${id}/cancel`)
  }

  /** The tar of output `index` of a running build that streams it; waits until it begins. */
  output(id: string, index: number, signal: AbortSignal): Promise<Readable> {
    return this.#transport.stream('GET', `${BUILDS}/${id}/outputs/${index}`, { unversioned: true, signal })
  }

  /** Makes a container of what remains of a failed step. */
  shell(id: string, step: string): Promise<StepShell> {
    return this.#json('POST', `${BUILDS}/${id}/steps/${encodeURIComponent(step)}/shell`)
  }

  /** Problems of a Dockerfile, without a build. */
  check(text: string): Promise<readonly BuildProblem[]> {
    return this.#json('POST', `${BUILDS}/check`, { body: { text } })
  }

  cache(): Promise<readonly BuildCacheRecord[]> {
    return this.#json('GET', CACHE)
  }

  planPrune(wish: BuildCacheWish): Promise<BuildCachePlan> {
    return this.#json('POST', `${CACHE}/prune/plan`, { body: wish })
  }

  /** Removes those records that nothing needs by now. */
  prune(ids: readonly string[]): Promise<BuildCachePruned> {
    return this.#json('POST', `${CACHE}/prune`, { body: { ids } })
  }

  mounts(): Promise<readonly CacheMount[]> {
    return this.#json('GET', `${CACHE}/mounts`)
  }

  removeMount(id: string): Promise<void> {
    return this.#json('DELETE', `${CACHE}/mounts/${encodeURIComponent(id)}`)
  }

  /** The files of a cache mount as a tar. */
  exportMount(id: string, signal: AbortSignal): Promise<Readable> {
    const path = `${CACHE}/mounts/${encodeURIComponent(id)}/archive`
    return this.#transport.stream('GET', path, { unversioned: true, signal })
  }

  #json<T>(method: 'GET' | 'POST' | 'DELETE', path: string, options: RequestOptions = {}): Promise<T> {
    return this.#transport.json(method, path, { ...options, unversioned: true })
  }
}

async function* after(head: Buffer, rest: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield head
  yield* rest
}

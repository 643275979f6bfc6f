/** Calls about images (Docker Engine API, "Image"). */
import type { Readable } from 'node:stream'
import { EngineError } from '../errors.ts'
import { jsonLines } from './json-lines.ts'
import type { ImageDeleteItem, ImageHistoryItem, ImageInspect, ImageSummary, PullProgress } from './shapes.ts'
import { guarded } from './streams.ts'
import type { Transport } from './transport.ts'

export interface Credentials {
  readonly username: string
  readonly password: string
  /** A token that stands for the password; `username` and `password` are empty then. */
  readonly identitytoken?: string
}

/** Images of one engine. Every call throws `EngineError`. */
export class Images {
  readonly #transport: Transport

  constructor(transport: Transport) {
    this.#transport = transport
  }

  list(filters?: Readonly<Record<string, readonly string[]>>): Promise<readonly ImageSummary[]> {
    return this.#transport.json('GET', '/images/json', {
      query: { filters: filters && JSON.stringify(filters) },
    })
  }

  inspect(name: string): Promise<ImageInspect> {
    return this.#transport.json('GET', `/images/${escapeName(name)}/json`)
  }

  history(name: string): Promise<readonly ImageHistoryItem[]> {
    return this.#transport.json('GET', `/images/${escapeName(name)}/history`)
  }

  tag(name: string, repository: string, tag: string): Promise<void> {
    return this.#transport.json('POST', `/images/${escapeName(name)}/tag`, {
      query: { repo: repository, tag },
    })
  }

  remove(name: string, options: { readonly force: boolean }): Promise<readonly ImageDeleteItem[]> {
    return this.#transport.json('DELETE', `/images/${escapeName(name)}`, { query: { force: options.force } })
  }

  /**
   * Pulls; yields the engine's progress lines. Throws when the engine says in mid-stream that it failed.
   * `reference` has a tag or digest. Aborting ends the pull at engines that cancel with their client.
   */
  async *pull(
    reference: string,
    options: {
      readonly credentials?: Credentials | undefined
      readonly platform?: string | undefined
      readonly signal: AbortSignal
    },
  ): AsyncGenerator<PullProgress, void, undefined> {
    const source = await this.#transport.stream('POST', '/images/create', {
      query: { fromImage: reference, platform: options.platform },
      registryAuth: options.credentials,
      signal: options.signal,
    })
    yield* this.#lines(source, `the pull of ${reference}`, options.signal)
  }

  /** Pushes a name with its tag; as `pull` else. An engine wants to be told of an account, though there be none. */
  async *push(
    reference: string,
    options: { readonly credentials?: Credentials | undefined; readonly signal: AbortSignal },
  ): AsyncGenerator<PullProgress, void, undefined> {
    const colon = reference.lastIndexOf(':')
    const tagged = colon > reference.lastIndexOf('/')
    const name = tagged ? reference.slice(0, colon) : reference
    const source = await this.#transport.stream('POST', `/images/${escapeName(name)}/push`, {
      query: { tag: tagged ? reference.slice(colon + 1) : 'latest' },
      registryAuth: options.credentials ?? { username: '', password: '' },
      signal: options.signal,
    })
    yield* this.#lines(source, `the push of ${reference}`, options.signal)
  }

  async *#lines(
    source: Readable,
    what: string,
    signal: AbortSignal,
  ): AsyncGenerator<PullProgress, void, undefined> {
    const lines = guarded(source, jsonLines<PullProgress>(source), this.#transport.describe(), signal)
    for await (const line of lines) {
      const message = line.errorDetail?.message ?? line.error
      if (message !== undefined) throw new EngineError(kindOf(message), message)
      yield line
    }
    if (signal.aborted) throw new EngineError('cancelled', `${what} was cancelled`)
  }
}

/** A slash separates a name's parts in the path; all else is escaped. */
function escapeName(name: string): string {
  return name.split('/').map(encodeURIComponent).join('/')
}

/** Once its headers are out an engine has only words to say what went wrong (moby's own client reads them so). */
function kindOf(message: string): 'not-found' | 'unauthorized' | 'unavailable' {
  if (/manifest unknown|not found|does not exist/i.test(message)) return 'not-found'
  if (/unauthorized|denied|authentication required/i.test(message)) return 'unauthorized'
  return 'unavailable'
}

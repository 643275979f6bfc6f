/** What a registry holds: the search of Docker's first protocol, and the catalogue of the second. */
import { EngineError } from '../errors.ts'
import { type Authenticator, TokenRefused } from './authenticator.ts'
import { readRefusal } from './failure.ts'
import { readAll } from './read-all.ts'
import type { Answer } from './transport.ts'
import type { Following } from './wire.ts'

const MAX_ANSWER_BYTES = 16 * 1024 * 1024

/** One find of a search, in Docker's JSON. */
export interface Find {
  readonly name: string
  readonly description: string
  readonly star_count: number
  readonly is_official: boolean
  readonly is_automated: boolean
}

/** A page of repositories, and what to ask for the next one with; null at the end. */
export interface CatalogPage {
  readonly repositories: readonly string[]
  readonly next: string | null
}

/** One registry as a whole. Made by `Registry.directory`. */
export class Directory {
  readonly #host: string
  readonly #base: () => Promise<{ readonly origin: string; readonly authenticator: Authenticator }>

  /** `host` is for messages. */
  constructor(
    host: string,
    base: () => Promise<{ readonly origin: string; readonly authenticator: Authenticator }>,
  ) {
    this.#host = host
    this.#base = base
  }

  /** Null when the registry has no search, as most have not. Throws `unauthorized`, `unavailable`. */
  async search(term: string, limit: number, following: Following = {}): Promise<readonly Find[] | null> {
    const query = new URLSearchParams({ q: term, n: String(limit) })
    const answer = await this.#ask(`/v1/search?${query}`, following)
    if (answer.statusCode === 404 || answer.statusCode === 405 || answer.statusCode === 410) {
      await answer.body.dump().catch(() => {})
      return null
    }
    const { results } = await this.#json(answer)
    return Array.isArray(results) ? results.map(readFind).filter((find) => find.name !== '') : []
  }

  /** Repositories after `last`, `limit` at most. Throws `not-found` when the registry keeps its list to itself. */
  async repositories(last: string, limit: number, following: Following = {}): Promise<CatalogPage> {
    const query = new URLSearchParams({ n: String(limit), ...(last === '' ? {} : { last }) })
    const answer = await this.#ask(`/v2/_catalog?${query}`, following)
    if ([404, 405].includes(answer.statusCode)) {
      await answer.body.dump().catch(() => {})
      throw new EngineError('not-found', `the registry ${this.#host} does not list its repositories`)
    }
    const more = /rel="?next"?/.test(String(answer.headers.link ?? ''))
    const { repositories } = await this.#json(answer)
    const names = Array.isArray(repositories)
      ? repositories.filter((name): name is string => typeof name === 'string')
      : []
    return { repositories: names, next: more ? (names.at(-1) ?? null) : null }
  }

  async #ask(path: string, { signal, onRetry }: Following): Promise<Answer> {
    const { origin, authenticator } = await this.#base()
    try {
      return await authenticator.send({ url: `${origin}${path}`, headers: {}, signal, onRetry })
    } catch (error) {
      if (!(error instanceof TokenRefused)) throw error
      throw this.#refused(error.status, error.message)
    }
  }

  async #json(answer: Answer): Promise<Readonly<Record<string, unknown>>> {
    const text = (await readAll(answer, MAX_ANSWER_BYTES)).toString('utf8')
    if (answer.statusCode >= 300) {
      throw this.#refused(answer.statusCode, readRefusal(answer.statusCode, text).message)
    }
    try {
      const json: unknown = JSON.parse(text)
      if (typeof json === 'object' && json !== null) return json as Record<string, unknown>
    } catch {
      // told below
    }
    throw new EngineError('unavailable', `the registry ${this.#host} answered with something that is no JSON`)
  }

  #refused(status: number, words: string): EngineError {
    const message = words || `status ${status}`
    return status === 401 || status === 403
      ? new EngineError(
          'unauthorized',
          `unauthorized: ${message}. Sign in with 'docker login ${this.#host}' to see what ${this.#host} holds.`,
        )
      : new EngineError('unavailable', `the registry ${this.#host} answered ${status}: ${message}`)
  }
}

function readFind(value: unknown): Find {
  const json = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>
  return {
    name: typeof json.name === 'string' ? json.name : '',
    description: typeof json.description === 'string' ? json.description : '',
    star_count: typeof json.star_count === 'number' ? json.star_count : 0,
    is_official: json.is_official === true,
    is_automated: json.is_automated === true,
  }
}

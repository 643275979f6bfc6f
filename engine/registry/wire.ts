/** Requests about one repository: to its mirrors and its registry, with refusals turned into errors. */

import { EngineError, isEngineError } from '../errors.ts'
import { familiarName, familiarReference, type Reference } from '../oci/reference.ts'
import { type Authenticator, TokenRefused } from './authenticator.ts'
import { parseChallenges } from './challenge.ts'
import { type Asked, type Refusal, readRefusal, refused } from './failure.ts'
import { readAll } from './read-all.ts'
import type { Answer, Ask } from './transport.ts'

/** One way to the repository. */
export interface Route {
  /** `https://host/v2/path` */
  readonly base: string
  readonly mirror: boolean
  readonly authenticator: Authenticator
}

/** How a request may be ended and what it says meanwhile. */
export interface Following {
  readonly signal?: AbortSignal | undefined
  readonly onRetry?: ((seconds: number) => void) | undefined
}

/** A request below the repository's path, or to an absolute URL that the registry gave. */
export type Request = Partial<Omit<Ask, 'url' | 'signal' | 'onRetry'>> & { readonly to: string }

/** Made by `Registry`. The routes are found with the first request. */
export class Wire {
  readonly reference: Reference
  readonly #findRoutes: (signal?: AbortSignal) => Promise<readonly Route[]>
  #routes: Promise<readonly Route[]> | null = null
  /** Mirrors that did not answer: they are not asked again. */
  readonly #dead = new Set<Route>()

  constructor(reference: Reference, findRoutes: (signal?: AbortSignal) => Promise<readonly Route[]>) {
    this.reference = reference
    this.#findRoutes = findRoutes
  }

  /**
   * Asks the mirrors and then the registry, for an answer below 300 that `accept` does not throw on; what a mirror
   * has not, or has wrong, is the registry's to give. Throws as `refused` says.
   */
  async read<T>(
    request: Request,
    what: Asked,
    following: Following,
    accept: (answer: Answer) => Promise<T>,
  ): Promise<T> {
    const routes = await this.#all(following)
    for (const route of routes.filter(({ mirror }) => mirror)) {
      if (this.#dead.has(route)) continue
      try {
        return await accept(await this.#ask(route, request, what, following))
      } catch (error) {
        if (isEngineError(error, 'cancelled')) throw error
        if (isEngineError(error, 'unavailable')) this.#dead.add(route)
      }
    }
    return accept(await this.#ask(own(routes), request, what, following))
  }

  /** Asks the registry itself; any status may come back. */
  async send(request: Request, following: Following): Promise<Answer> {
    return this.#send(own(await this.#all(following)), request, 'push', following)
  }

  /** The error for an answer of `send` that is none of those wanted. */
  async refusal(answer: Answer, what: Asked): Promise<EngineError> {
    const body = (await readAll(answer, 64 * 1024).catch(() => Buffer.alloc(0))).toString('utf8')
    const refusal = readRefusal(answer.statusCode, body)
    return refused(explained(refusal, answer), this.#name(what), what)
  }

  /** `target` of a Location header, as a URL. Throws `unavailable` when it is none. */
  async locate(target: string, following: Following): Promise<string> {
    const { base } = own(await this.#all(following))
    if (URL.canParse(target, base)) return new URL(target, base).href
    throw new EngineError('unavailable', `the registry sends on to "${target}", which is no address`)
  }

  async #ask(route: Route, request: Request, what: Asked, following: Following): Promise<Answer> {
    const answer = await this.#send(route, request, what, following)
    if (answer.statusCode < 300) return answer
    throw await this.refusal(answer, what)
  }

  async #send(route: Route, request: Request, what: Asked, following: Following): Promise<Answer> {
    const { to, headers = {}, ...rest } = request
    const url = to.startsWith('/') ? `${route.base}${to}` : to
    try {
      return await route.authenticator.send({
        ...rest,
        headers,
        url,
        signal: following.signal,
        // A mirror that is slow has the registry behind it.
        ...(route.mirror ? { once: true } : { onRetry: following.onRetry }),
      })
    } catch (error) {
      if (!(error instanceof TokenRefused)) throw error
      const code = error.status === 401 ? 'UNAUTHORIZED' : error.status === 403 ? 'DENIED' : ''
      throw refused({ status: error.status, code, message: error.message }, this.#name(what), what)
    }
  }

  #all({ signal }: Following): Promise<readonly Route[]> {
    this.#routes ??= this.#findRoutes(signal)
    return this.#routes
  }

  #name(what: Asked): string {
    return what === 'manifest' ? familiarReference(this.reference) : familiarName(this.reference)
  }
}

/** A 401 says in its challenge whether the account or its rights are wrong (RFC 6750, 3.1). */
function explained(refusal: Refusal, answer: Answer): Refusal {
  if (refusal.status !== 401) return refusal
  const challenges = [answer.headers['www-authenticate'] ?? []].flat().flatMap(parseChallenges)
  if (challenges.some(({ parameters }) => parameters.error === 'insufficient_scope')) {
    return { status: 403, code: 'DENIED', message: 'requested access to the resource is denied' }
  }
  return refusal.message === '' ? { ...refusal, message: 'authentication required' } : refusal
}

function own(routes: readonly Route[]): Route {
  return routes.at(-1) as Route
}

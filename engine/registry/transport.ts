/** One request to a registry: timeouts, redirects, waiting when told to. Knows nothing of authentication. */
import { Readable } from 'node:stream'
import type { Dispatcher } from 'undici'
import { EngineError } from '../errors.ts'
import { Connections } from './connections.ts'
import { isPassing, unreachable } from './failure.ts'
import { type InsecureRegistries, isLoopback } from './insecure.ts'

/** Milliseconds of patience; tests have less. */
export interface Patience {
  /** Without a byte for so long, a connection counts as broken. */
  readonly stallMs: number
  /** Before the first retry; doubled with each further one. */
  readonly backoffMs: number
  /** The longest wait that a registry may impose by Retry-After. */
  readonly longestWaitMs: number
}

export const PATIENCE: Patience = { stallMs: 60_000, backoffMs: 500, longestWaitMs: 120_000 }

export const ATTEMPTS = 5
const MAX_REDIRECTS = 10

/** Patience after sending something, in stalls. */
const DIGESTING = 15
/** Longest wait for the answer to the question whether a registry speaks https. */
const PROBE_MS = 5_000

/** What to ask. Headers have lower-case names. */
export interface Ask {
  readonly method?: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  /** A stream is made anew whenever the request is sent again. */
  readonly body?: string | Uint8Array | (() => AsyncIterable<Uint8Array>)
  /** One try only: not again when the connection breaks or the registry is busy. */
  readonly once?: boolean
  readonly signal?: AbortSignal | undefined
  /** Told before each wait. */
  readonly onRetry?: ((seconds: number) => void) | undefined
}

export type Answer = Dispatcher.ResponseData

/** What connections are made by. */
export interface TransportRules {
  readonly insecure: InsecureRegistries
  /** The certs.d folder. */
  readonly certificates: string
  readonly patience: Patience
}

/** Sends requests. One of it holds the connections of one engine. */
export class Transport {
  readonly patience: Patience
  readonly #rules: TransportRules
  #connections: Promise<Connections> | null = null

  constructor(rules: TransportRules) {
    this.#rules = rules
    this.patience = rules.patience
  }

  /**
   * Sends, follows redirects (Authorization goes to no other host), waits out 429 and 5xx, tries again when the
   * connection breaks before an answer. Any status may come back. Throws `unavailable` and `cancelled`.
   */
  async send(ask: Ask): Promise<Answer> {
    for (let attempt = 1; ; attempt++) {
      let answer: Answer
      try {
        answer = await this.#follow(ask)
      } catch (error) {
        if (ask.signal?.aborted) throw cancelled(error)
        if (!isPassing(error) || attempt >= ATTEMPTS || ask.once)
          throw unreachable(error, new URL(ask.url).host)
        await this.#wait(this.backoff(attempt), ask)
        continue
      }
      const busy = answer.statusCode === 429 || answer.statusCode >= 500
      if (!busy || attempt >= ATTEMPTS || ask.once) return answer
      const wait = retryAfter(answer.headers['retry-after']) ?? this.backoff(attempt)
      if (wait > this.patience.longestWaitMs) return answer
      await answer.body.dump().catch(() => {})
      await this.#wait(wait, ask)
    }
  }

  /** Does anything speak HTTP at `url`? Whatever it says counts. */
  async answers(url: string, signal?: AbortSignal): Promise<boolean> {
    const soon = AbortSignal.timeout(Math.min(PROBE_MS, this.patience.stallMs))
    try {
      const answer = await this.#follow({
        url,
        headers: {},
        signal: signal ? AbortSignal.any([signal, soon]) : soon,
      })
      await answer.body.dump().catch(() => {})
      return true
    } catch (error) {
      if (signal?.aborted) throw cancelled(error)
      return false
    }
  }

  /** Milliseconds before the next try. */
  backoff(attempt: number): number {
    return this.patience.backoffMs * 2 ** (attempt - 1)
  }

  async #wait(milliseconds: number, ask: Ask): Promise<void> {
    ask.onRetry?.(Math.ceil(milliseconds / 1000))
    await pause(milliseconds, ask.signal)
  }

  async #follow(ask: Ask): Promise<Answer> {
    this.#connections ??= Connections.open({ ...this.#rules, stallMs: this.patience.stallMs })
    const connections = await this.#connections
    let url = new URL(ask.url)
    let headers = ask.headers
    for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
      const { body } = ask
      const answer = await connections.request(url, {
        method: ask.method ?? 'GET',
        headers,
        body: typeof body === 'function' ? Readable.from(body(), { objectMode: false }) : (body ?? null),
        signal: ask.signal ?? null,
        dispatcher: await connections.to(url),
        // A registry that has got everything may have to move gigabytes before it can say so.
        ...(ask.body === undefined && ask.method !== 'PUT'
          ? {}
          : { headersTimeout: this.patience.stallMs * DIGESTING }),
      })
      const location = answer.headers.location
      if (![301, 302, 303, 307, 308].includes(answer.statusCode) || typeof location !== 'string')
        return answer
      await answer.body.dump().catch(() => {})
      const next = new URL(location, url)
      if (url.protocol === 'https:' && next.protocol === 'http:' && !isLoopback(next.host)) {
        throw new EngineError(
          'unavailable',
          `the registry ${url.host} redirects to the unprotected ${next.origin}: refused`,
        )
      }
      if (next.origin !== url.origin) headers = withoutAuthorization(headers)
      url = next
    }
    throw new EngineError('unavailable', `the registry ${new URL(ask.url).host} redirects in circles`)
  }

  /** Closes idle connections. */
  async close(): Promise<void> {
    await (await this.#connections)?.close()
  }
}

/** Waits; throws `cancelled` when `signal` aborts. */
export function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = () => {
      clearTimeout(timer)
      reject(cancelled(signal?.reason))
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', onAbort)
      resolve()
    }, milliseconds)
    if (signal?.aborted) onAbort()
    else signal?.addEventListener('abort', onAbort, { once: true })
  })
}

/** The error of whoever was told to stop. */
export function cancelled(cause: unknown): EngineError {
  return new EngineError('cancelled', 'cancelled', { cause })
}

/** Milliseconds of a Retry-After header: seconds or a date (RFC 9110, 10.2.3). */
function retryAfter(header: string | string[] | undefined): number | undefined {
  if (typeof header !== 'string') return undefined
  if (/^\d+$/.test(header.trim())) return Number(header) * 1000
  const date = Date.parse(header)
  return Number.isNaN(date) ? undefined : Math.max(0, date - Date.now())
}

function withoutAuthorization(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => name !== 'authorization'))
}

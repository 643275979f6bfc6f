/** Connections to hosts: proxies of the environment, and each host's own rules of TLS. */
import type { Dispatcher, request } from 'undici'
import { hostCertificates, tlsContext } from './certificates.ts'
import { type InsecureRegistries, isLoopback } from './insecure.ts'

/** What connections are made by. */
export interface ConnectionRules {
  readonly insecure: InsecureRegistries
  /** The certs.d folder. */
  readonly certificates: string
  /** Milliseconds without a byte after which a connection is broken. */
  readonly stallMs: number
}

/** An HTTP client with a pool for each kind of host. Loaded with the first request: it costs 25 MB and 70 ms. */
export class Connections {
  readonly request: typeof request
  readonly #undici: typeof import('undici')
  readonly #rules: ConnectionRules
  readonly #pools = new Map<string, Promise<Dispatcher>>()

  private constructor(undici: typeof import('undici'), rules: ConnectionRules) {
    this.#undici = undici
    this.request = undici.request
    this.#rules = rules
  }

  static async open(rules: ConnectionRules): Promise<Connections> {
    return new Connections(await import('undici'), rules)
  }

  /** The pool for a URL's host. Throws `invalid` for a wrong certs.d folder. */
  to(url: URL): Promise<Dispatcher> {
    const key = url.protocol === 'https:' ? `https ${url.host}` : `http ${isLoopback(url.host)}`
    const known = this.#pools.get(key)
    if (known) return known
    const pool = this.#make(url)
    this.#pools.set(key, pool)
    pool.catch(() => this.#pools.delete(key)) // a folder can be put right
    return pool
  }

  /** Ends what is open. */
  async close(): Promise<void> {
    const pools = await Promise.allSettled(this.#pools.values())
    await Promise.all(pools.map((pool) => (pool.status === 'fulfilled' ? pool.value.destroy() : null)))
  }

  async #make(url: URL): Promise<Dispatcher> {
    const { stallMs, insecure, certificates } = this.#rules
    let tls = {}
    if (url.protocol === 'https:') {
      const own = await hostCertificates(certificates, url.host)
      tls = { secureContext: tlsContext(own), rejectUnauthorized: !(await insecure.has(url.host)) }
    }
    const options = {
      headersTimeout: stallMs,
      bodyTimeout: stallMs,
      connect: { timeout: Math.min(stallMs, 30_000), ...tls },
    }
    const { Agent, EnvHttpProxyAgent } = this.#undici
    // `requestTls` is for the registry behind a proxy, `connect` for the registry itself.
    return isLoopback(url.host) ? new Agent(options) : new EnvHttpProxyAgent({ ...options, requestTls: tls })
  }
}

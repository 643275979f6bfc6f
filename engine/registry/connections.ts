/** Connections to hosts: proxies of the environment, and each host's own rules of TLS. */
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Dispatcher, request } from 'undici'
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
  readonly #pools = new Map<string, { readonly pool: Promise<Dispatcher>; readonly seen: string }>()

  private constructor(undici: typeof import('undici'), rules: ConnectionRules) {
    this.#undici = undici
    this.request = undici.request
    this.#rules = rules
  }

  static async open(rules: ConnectionRules): Promise<Connections> {
    return new Connections(await import('undici'), rules)
  }

  /** The pool for a URL's host. Throws `invalid` for a wrong certs.d folder. */
  async to(url: URL): Promise<Dispatcher> {
    const secure = url.protocol === 'https:'
    const key = secure ? `https ${url.host}` : `http ${isLoopback(url.host)}`
    // What a person puts into the folder counts from the next request on.
    const folder = secure ? join(this.#rules.certificates, url.host) : ''
    const seen = secure ? await fingerprint(folder) : ''
    const known = this.#pools.get(key)
    if (known?.seen === seen) return known.pool
    const pool = this.#make(url, seen === '' ? null : folder)
    this.#pools.set(key, { pool, seen })
    // What is under way on the old connections may end there.
    known?.pool.then((old) => old.close()).catch(() => {})
    pool.catch(() => this.#pools.delete(key))
    return pool
  }

  /** Ends what is open. */
  async close(): Promise<void> {
    const pools = await Promise.allSettled([...this.#pools.values()].map(({ pool }) => pool))
    await Promise.all(pools.map((pool) => (pool.status === 'fulfilled' ? pool.value.destroy() : null)))
  }

  async #make(url: URL, folder: string | null): Promise<Dispatcher> {
    const { stallMs, insecure } = this.#rules
    let tls = {}
    if (url.protocol === 'https:') {
      // An engine that speaks to no registry needs no TLS.
      const { hostCertificates, tlsContext } = await import('./certificates.ts')
      const own = folder === null ? null : await hostCertificates(folder)
      tls = { secureContext: tlsContext(own), rejectUnauthorized: !(await insecure.has(url.host)) }
    }
    const options = {
      headersTimeout: stallMs,
      bodyTimeout: stallMs,
      // Layers on one connection would wait for each other, and an upload that is cut could not be told from another.
      allowH2: false,
      connect: { timeout: Math.min(stallMs, 30_000), ...tls },
    }
    const { Agent, EnvHttpProxyAgent } = this.#undici
    // `requestTls` is for the registry behind a proxy, `connect` for the registry itself.
    return isLoopback(url.host) ? new Agent(options) : new EnvHttpProxyAgent({ ...options, requestTls: tls })
  }
}

/** Names and times of a folder's files; empty when there is none. */
async function fingerprint(folder: string): Promise<string> {
  const names = await readdir(folder).catch(() => null)
  if (names === null) return ''
  const files = await Promise.all(names.map((name) => stat(join(folder, name)).catch(() => null)))
  return JSON.stringify(names.map((name, at) => [name, files[at]?.mtimeMs, files[at]?.size]))
}

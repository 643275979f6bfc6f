/** Where a registry's API is, by the domain of an image's name. */

/** A registry's address. */
export interface Endpoint {
  /** As in names: `docker.io`, `localhost:5000`. */
  readonly domain: string
  /** Scheme, host and port of the API. */
  readonly origin: string
}

/** Docker Hub's API is not where its names say. */
const HUB = 'https://registry-1.docker.io'

/**
 * https, except on this machine's own addresses, where nobody can listen in, and for `insecure` (domains that a
 * person has declared so).
 */
export function endpointOf(domain: string, insecure: readonly string[] = []): Endpoint {
  if (domain === 'docker.io') return { domain, origin: HUB }
  const scheme = isLoopback(domain) || insecure.includes(domain) ? 'http' : 'https'
  return { domain, origin: `${scheme}://${domain}` }
}

/** `localhost`, 127.0.0.0/8 or ::1, with or without a port. */
export function isLoopback(host: string): boolean {
  const name = host.replace(/:\d+$/, '').toLowerCase()
  return (
    name === 'localhost' ||
    name.endsWith('.localhost') ||
    name === '[::1]' ||
    /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(name)
  )
}

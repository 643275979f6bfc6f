/** Which registries a person trusts without a certificate (dockerd's `insecure-registries`). */
import { BlockList, isIP } from 'node:net'
import { EngineError } from '../errors.ts'

/** dockerd's own: nobody can listen in on them. */
const LOOPBACK = ['127.0.0.0/8', '::1/128']

/** A list of hosts and networks, ready to be asked. */
export class InsecureRegistries {
  readonly #hosts: ReadonlySet<string>
  readonly #networks = new BlockList()
  readonly #beyondLoopback: boolean

  /** Throws `invalid` for what is neither a host nor a network. */
  constructor(entries: readonly string[]) {
    const networks = entries.filter((entry) => entry.includes('/'))
    for (const network of [...LOOPBACK, ...networks]) this.#add(network)
    this.#hosts = new Set(entries.filter((entry) => !entry.includes('/')).map((entry) => entry.toLowerCase()))
    this.#beyondLoopback = networks.length > 0
  }

  /** `host` as in names, with or without a port. A name is looked up only when a network could hold it. */
  async has(host: string): Promise<boolean> {
    const name = hostName(host)
    if (this.#hosts.has(host.toLowerCase()) || this.#hosts.has(name)) return true
    if (isLoopback(host)) return true
    const kind = isIP(name)
    if (kind !== 0) return this.#networks.check(name, kind === 6 ? 'ipv6' : 'ipv4')
    if (!this.#beyondLoopback) return false
    const { lookup } = await import('node:dns/promises')
    const addresses = await lookup(name, { all: true }).catch(() => [])
    return addresses.some(({ address, family }) =>
      this.#networks.check(address, family === 6 ? 'ipv6' : 'ipv4'),
    )
  }

  #add(network: string): void {
    const [address = '', prefix = ''] = network.split('/')
    const kind = isIP(address)
    const bits = /^\d+$/.test(prefix) ? Number(prefix) : -1
    if (kind === 0 || bits < 0 || bits > (kind === 6 ? 128 : 32)) {
      throw new EngineError(
        'invalid',
        `insecure registry ${network} is not valid: use host, host:port or a network such as 10.0.0.0/8`,
      )
    }
    this.#networks.addSubnet(address, bits, kind === 6 ? 'ipv6' : 'ipv4')
  }
}

/** The host without its port and brackets, in lower case. */
export function hostName(host: string): string {
  return host
    .replace(/:\d+$/, '')
    .replace(/^\[(.*)\]$/, '$1')
    .toLowerCase()
}

/** `localhost`, 127.0.0.0/8 or ::1, with or without a port. */
export function isLoopback(host: string): boolean {
  const name = hostName(host)
  return (
    name === 'localhost' ||
    name.endsWith('.localhost') ||
    name === '::1' ||
    /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(name)
  )
}

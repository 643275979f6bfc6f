/** Addresses of a network: who has which. In memory; the daemon's records make an address unique on disk. */
import { EngineError } from '../errors.ts'
import { addressNumber, addressText, type Cidr, contains, lastOf, parseCidr } from './cidr.ts'
import type { Subnet } from './network.ts'

/** Hands out the addresses of one subnet in turn, so that one just given back is not had at once by another. */
export class AddressPool {
  readonly subnet: Subnet
  readonly #whole: Cidr
  readonly #first: bigint
  readonly #count: bigint
  /** By address the container that has it; empty for those of the network itself. */
  readonly #used = new Map<bigint, string>()
  #next = 0n

  /** Network, broadcast, gateway and the auxiliary addresses are never handed out, nor what is not in the range. */
  constructor(subnet: Subnet) {
    this.subnet = subnet
    this.#whole = parseCidr(subnet.subnet)
    const range = subnet.range === null ? this.#whole : parseCidr(subnet.range)
    const { family, first, prefixLength } = this.#whole
    // A network of two addresses or one has no network and no broadcast address (RFC 3021).
    const narrow = prefixLength >= (family === 4 ? 31 : 127)
    const low = narrow || range.first > first ? range.first : range.first + 1n
    const high =
      narrow || family === 6 || lastOf(range) < lastOf(this.#whole) ? lastOf(range) : lastOf(range) - 1n
    this.#first = low
    this.#count = high - low + 1n
    if (subnet.gateway !== null) this.claim(subnet.gateway, '')
    for (const address of Object.values(subnet.aux)) this.claim(address, '')
  }

  get prefixLength(): number {
    return this.#whole.prefixLength
  }

  /** True when an address lies in the subnet, whether in its range or not. */
  has(address: string): boolean {
    return contains(this.#whole, address)
  }

  /** Throws `unavailable` when every address is taken. */
  take(owner: string): string {
    // More are never in use than there are entries in the set, so that a free one is met by then.
    const tries = this.#count < BigInt(this.#used.size + 1) ? this.#count : BigInt(this.#used.size + 1)
    for (let tried = 0n; tried < tries; tried++) {
      const candidate = this.#first + this.#next
      this.#next = (this.#next + 1n) % this.#count
      if (this.#used.has(candidate)) continue
      this.#used.set(candidate, owner)
      return addressText(this.#whole.family, candidate)
    }
    throw new EngineError(
      'unavailable',
      `no available IPv${this.#whole.family} addresses on this network's address pools: ${this.subnet.range ?? this.subnet.subnet} is used up`,
    )
  }

  /** Takes a certain address. Throws `forbidden` in Docker's words when somebody has it. */
  takeExactly(address: string, owner: string): void {
    const number = addressNumber(address)
    if (this.#used.has(number)) throw new EngineError('forbidden', 'Address already in use')
    this.#used.set(number, owner)
  }

  /** Notes that an address is in use. */
  claim(address: string, owner: string): void {
    this.#used.set(addressNumber(address), owner)
  }

  /** Gives an address back, unless it is somebody else's by now. */
  free(address: string, owner: string): void {
    const number = addressNumber(address)
    if (this.#used.get(number) === owner) this.#used.delete(number)
  }
}

/** The MAC address that Docker gives an IPv4 address: locally administered, then the address itself. */
export function macOf(address: string): string {
  const bytes = address.split('.').map((part) => Number(part).toString(16).padStart(2, '0'))
  return ['02', '42', ...bytes].join(':')
}

/** IPv4 addresses of a network: who has which. In memory; the daemon's records make an address unique on disk. */
import { EngineError } from '../errors.ts'

/** Hands out the addresses of one subnet in turn, so that one just given back is not had at once by another. */
export class AddressPool {
  readonly #subnet: string
  readonly #first: number
  readonly #count: number
  readonly #used = new Set<number>()
  #next = 0
  readonly prefixLength: number

  /** `subnet` in CIDR form; network, broadcast and `gateway` are never handed out. */
  constructor(subnet: string, gateway: string) {
    const [base = '', bits = ''] = subnet.split('/')
    this.#subnet = subnet
    this.prefixLength = Number(bits)
    this.#first = toNumber(base) + 1
    this.#count = 2 ** (32 - this.prefixLength) - 2
    this.#used.add(toNumber(gateway))
  }

  /** Throws `unavailable` when every address is taken. */
  take(): string {
    for (let tried = 0; tried < this.#count; tried++) {
      const candidate = this.#first + this.#next
      this.#next = (this.#next + 1) % this.#count
      if (this.#used.has(candidate)) continue
      this.#used.add(candidate)
      return toText(candidate)
    }
    throw new EngineError(
      'unavailable',
      `no address is left in ${this.#subnet}: ${this.#count} containers have one`,
    )
  }

  claim(address: string): void {
    this.#used.add(toNumber(address))
  }

  free(address: string): void {
    this.#used.delete(toNumber(address))
  }
}

/** The MAC address that Docker gives an IPv4 address: locally administered, then the address itself. */
export function macOf(address: string): string {
  const bytes = address.split('.').map((part) => Number(part).toString(16).padStart(2, '0'))
  return ['02', '42', ...bytes].join(':')
}

function toNumber(address: string): number {
  return address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0)
}

function toText(address: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join('.')
}

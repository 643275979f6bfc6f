/** The addresses of every known network, and how a wish becomes an endpoint with addresses. */
import { createHash } from 'node:crypto'
import { EngineError } from '../errors.ts'
import { AddressPool, macOf } from './addresses.ts'
import { familyOf } from './cidr.ts'
import { freeInterface } from './endpoints.ts'
import type { Endpoint, EndpointWish, NetworkDefinition } from './network.ts'

interface Given {
  readonly address: string
  readonly prefixLength: number
  readonly gateway: string
}

const NOTHING: Given = { address: '', prefixLength: 0, gateway: '' }

/** Who has which address, in memory. */
export class AddressBook {
  readonly #pools = new Map<string, readonly AddressPool[]>()

  /** Begins to give addresses of a network, if it does not yet. Throws `invalid` for a subnet that is none. */
  open(network: NetworkDefinition): void {
    if (this.#pools.has(network.id)) return
    const pools = network.subnets.map((subnet) => new AddressPool(subnet))
    this.#pools.set(network.id, pools)
  }

  close(networkId: string): void {
    this.#pools.delete(networkId)
  }

  /**
   * An endpoint for the container `owner`, with addresses of both families where the network has them. Throws `forbidden` when an address that was
   * asked for is taken, `invalid` when it is not of the network, `unavailable` when none is left.
   */
  take(wish: EndpointWish, owner: string, beside: readonly Endpoint[]): Endpoint {
    const { network } = wish
    const four = this.#address(network, 4, wish.address, owner)
    let six: Given
    try {
      six = this.#address(network, 6, wish.address6, owner)
    } catch (error) {
      this.#give(network.id, four.address, owner)
      throw error
    }
    return {
      networkId: network.id,
      interface: wish.interface || freeInterface(beside),
      ...four,
      address6: six.address,
      prefixLength6: six.prefixLength,
      gateway6: six.gateway,
      macAddress: network.driver === 'ipvlan' ? '' : wish.macAddress || macFor(four.address || six.address),
      priority: wish.priority ?? 0,
    }
  }

  /** Notes the addresses of an endpoint that is in use already. */
  claim({ networkId, address, address6 }: Endpoint, owner: string): void {
    for (const each of [address, address6]) {
      if (each === '') continue
      this.#poolOf(networkId, each)?.claim(each, owner)
    }
  }

  free({ networkId, address, address6 }: Endpoint, owner: string): void {
    this.#give(networkId, address, owner)
    this.#give(networkId, address6, owner)
  }

  #address(network: NetworkDefinition, family: 4 | 6, asked: string | undefined, owner: string): Given {
    const pools = (this.#pools.get(network.id) ?? []).filter(
      ({ subnet }) => familyOf(subnet.subnet.split('/')[0] ?? '') === family,
    )
    if (asked) {
      const pool = pools.find((each) => each.has(asked))
      if (!pool) {
        throw new EngineError(
          'invalid',
          `invalid endpoint settings:\nno configured subnet contains IP address ${asked}`,
        )
      }
      pool.takeExactly(asked, owner)
      return given(network, pool, asked)
    }
    let full: unknown = null
    for (const pool of pools) {
      try {
        return given(network, pool, pool.take(owner))
      } catch (error) {
        full = error
      }
    }
    if (full !== null) throw full
    return NOTHING
  }

  #give(networkId: string, address: string, owner: string): void {
    if (address !== '') this.#poolOf(networkId, address)?.free(address, owner)
  }

  #poolOf(networkId: string, address: string): AddressPool | undefined {
    return this.#pools.get(networkId)?.find((pool) => pool.has(address))
  }
}

function given(network: NetworkDefinition, pool: AddressPool, address: string): Given {
  const gateway = network.internal ? '' : (pool.subnet.gateway ?? '')
  return { address, prefixLength: pool.prefixLength, gateway }
}

/** A container that has IPv6 alone gets a MAC address that follows from it too. */
function macFor(address: string): string {
  if (familyOf(address) === 4) return macOf(address)
  const hash = createHash('sha256').update(address).digest('hex')
  return ['02', '42', ...[0, 2, 4, 6].map((at) => hash.slice(at, at + 2))].join(':')
}

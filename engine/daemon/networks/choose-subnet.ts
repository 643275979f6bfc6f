/** Subnets that nobody named: the first of the default pools where the host and the other networks have room. Pure. */
import { createHash } from 'node:crypto'
import { EngineError } from '../../errors.ts'
import { addressText, type Cidr, cidrText, lastOf, overlaps, parseCidr } from '../../network/cidr.ts'
import type { Subnet } from '../../network/network.ts'

/** A range that subnets of `size` bits are cut from (Docker's `default-address-pools`). */
export interface AddressPoolSetting {
  readonly base: string
  readonly size: number
}

/** What Docker and podman take by default is not among them, so that engines can stand side by side. */
export const DEFAULT_POOLS: readonly AddressPoolSetting[] = [
  ...['172.28', '172.29', '172.30', '172.31'].map((prefix) => ({ base: `${prefix}.0.0/16`, size: 16 })),
  ...Array.from({ length: 48 }, (_, index) => ({ base: `10.${200 + index}.0.0/16`, size: 20 })),
]

/** The pools of an engine: those that are set instead of ours, and IPv6 ones of its own where none is set. */
export function poolsOf(set: readonly AddressPoolSetting[], tag: string): readonly AddressPoolSetting[] {
  const ipv6 = set.some(({ base }) => base.includes(':'))
  return [...(set.length > 0 ? set : DEFAULT_POOLS), ...(ipv6 ? [] : [localPool(tag)])]
}

/** The first free subnet of the pools. Throws `unavailable` in Docker's words. */
export function chooseSubnet(
  pools: readonly AddressPoolSetting[],
  used: readonly Cidr[],
  family: 4 | 6,
): Subnet {
  for (const { base, size } of pools) {
    const pool = parseCidr(base)
    if (pool.family !== family) continue
    const step = 1n << BigInt((family === 4 ? 32 : 128) - size)
    for (let first = pool.first; first <= lastOf(pool); first += step) {
      const candidate: Cidr = { family, first, prefixLength: size }
      const taken = used.find((range) => overlaps(range, candidate))
      if (!taken) return { subnet: cidrText(candidate), range: null, gateway: firstOf(candidate), aux: {} }
      // What a wide range holds need not be looked at piece by piece.
      while (first + step <= lastOf(taken)) first += step
    }
  }
  throw new EngineError(
    'unavailable',
    `could not find an available, non-overlapping IPv${family} address pool among the defaults to assign to the network`,
  )
}

/** The first address of a subnet that a host can have: a gateway's by custom. */
export function firstOf({ family, first, prefixLength }: Cidr): string {
  return addressText(family, prefixLength >= (family === 4 ? 31 : 127) ? first : first + 1n)
}

/** Unique local addresses of one engine (RFC 4193): 40 bits that follow from its tag, then 65,536 subnets. */
export function localPool(tag: string): AddressPoolSetting {
  const hex = createHash('sha256').update(`longshore ula ${tag}`).digest('hex').slice(0, 10)
  return { base: `fd${hex.slice(0, 2)}:${hex.slice(2, 6)}:${hex.slice(6, 10)}::/48`, size: 64 }
}

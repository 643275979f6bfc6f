/** A create request -> the record of a network. Pure: what the host and the other networks use is handed in. */
import type { IpamPool, NetworkCreateRequest } from '../../api/network.ts'
import { EngineError } from '../../errors.ts'
import { type Cidr, contains, familyOf, overlaps, parseCidr } from '../../network/cidr.ts'
import type { NetworkDefinition, Subnet } from '../../network/network.ts'
import type { NetworkRecord } from '../records/networks.ts'
import { type AddressPoolSetting, chooseSubnet, firstOf } from './choose-subnet.ts'
import { linkOptions } from './driver-options.ts'

/** What a definition depends on besides the request. */
export interface NetworkFacts {
  readonly id: string
  /** RFC 3339. */
  readonly created: string
  /** Ranges of this host's interfaces and routes. */
  readonly hostRanges: readonly Cidr[]
  /** The networks that there are. */
  readonly others: readonly NetworkDefinition[]
  /** Pools that subnets are chosen from, of both families. */
  readonly pools: readonly AddressPoolSetting[]
  /** Whether an interface of this name is on the host. */
  readonly linkExists: (name: string) => boolean
}

/** Throws `invalid`, `forbidden`, `not-found` or `unavailable` in Docker's words. */
export function defineNetwork(request: NetworkCreateRequest, facts: NetworkFacts): NetworkRecord {
  const { id, created, others } = facts
  const options = request.Options ?? {}
  const ipam = request.IPAM ?? {}
  const internal = request.Internal ?? false
  const settings = linkOptions(request, id, facts.linkExists)
  checkLink(settings, request.Name, others)
  const given = (ipam.Config ?? []).filter((pool) => pool.Subnet)
  const ipv6 = request.EnableIPv6 ?? false
  const ipv4 = request.EnableIPv4 ?? true
  if (!ipv4 && !ipv6) throw new EngineError('invalid', 'IPv4 or IPv6 must be enabled')
  const known = others.flatMap(({ subnets }) => subnets.map(({ subnet }) => parseCidr(subnet)))
  const chosen = given.map((pool) => subnetOf(pool, settings.driver))
  // Networks beside one parent may share its range, as they do on the wire.
  if (settings.driver === 'bridge') checkOverlaps(chosen, known)
  const missing = ([4, 6] as const).filter(
    (family) =>
      (family === 4 ? ipv4 : ipv6) && !chosen.some(({ subnet }) => familyOfSubnet(subnet) === family),
  )
  const used = [...known, ...facts.hostRanges]
  const subnets = [...chosen, ...missing.map((family) => chooseSubnet(facts.pools, used, family))].filter(
    ({ subnet }) => (familyOfSubnet(subnet) === 4 ? ipv4 : ipv6),
  )
  if (settings.driver === 'bridge') checkFamilies(subnets)
  return {
    created,
    definition: { id, name: request.Name, ...settings, subnets, internal },
    labels: request.Labels ?? {},
    options,
    attachable: request.Attachable ?? false,
    ipv4,
    ipv6,
    ipam: { driver: ipam.Driver || 'default', options: ipam.Options ?? null, given: given.length > 0 },
  }
}

/** Throws `forbidden` or `invalid` in Docker's words for a name that no network may have. */
export function checkNetworkName(name: string): void {
  if (['bridge', 'host', 'none', 'default'].includes(name)) {
    throw new EngineError('forbidden', `operation is not permitted on predefined ${name} network `)
  }
  if (name.trim() === '') throw new EngineError('invalid', `invalid name: ${name}`)
}

function familyOfSubnet(subnet: string): 4 | 6 | null {
  return familyOf(subnet.split('/')[0] ?? '')
}

function subnetOf(pool: IpamPool, driver: string): Subnet {
  const asked = pool.Subnet ?? ''
  let whole: Cidr
  try {
    whole = parseCidr(asked)
  } catch (cause) {
    throw new EngineError('invalid', `Invalid subnet ${asked} : invalid CIDR address: ${asked}`, { cause })
  }
  const gateway = pool.Gateway || firstOf(whole)
  if (!contains(whole, gateway)) {
    throw new EngineError(
      'invalid',
      `failed to allocate gateway (${gateway}): Requested address is out of range`,
    )
  }
  const range = pool.IPRange || null
  if (range !== null) checkRange(whole, range)
  const aux = pool.AuxiliaryAddresses ?? {}
  for (const [name, address] of Object.entries(aux)) {
    if (contains(whole, address)) continue
    const where = `auxilliary address: (${name}:${address}) must belong to the master pool: ${asked}`
    throw new EngineError('invalid', where)
  }
  const bare = driver !== 'bridge' && !pool.Gateway && whole.prefixLength >= 31
  return { subnet: asked, range, gateway: bare ? null : gateway, aux }
}

function checkRange(whole: Cidr, text: string): void {
  const range = parseCidr(text)
  const inside = range.family === whole.family && overlaps(range, whole)
  if (inside && range.prefixLength >= whole.prefixLength) return
  throw new EngineError('invalid', `invalid range ${text}: it is not within the network's subnet`)
}

function checkOverlaps(subnets: readonly Subnet[], known: readonly Cidr[]): void {
  const ranges = subnets.map(({ subnet }) => parseCidr(subnet))
  for (const [at, range] of ranges.entries()) {
    if (![...known, ...ranges.slice(0, at)].some((other) => overlaps(range, other))) continue
    throw new EngineError('forbidden', 'Pool overlaps with other one on this address space')
  }
}

/** A bridge has one subnet of each family, as Docker's has. */
function checkFamilies(subnets: readonly Subnet[]): void {
  for (const family of [4, 6] as const) {
    if (subnets.filter(({ subnet }) => familyOfSubnet(subnet) === family).length < 2) continue
    throw new EngineError('forbidden', `bridge driver doesn't support multiple IPv${family} subnets`)
  }
}

function checkLink(
  { link, driver }: Pick<NetworkDefinition, 'link' | 'driver'>,
  name: string,
  others: readonly NetworkDefinition[],
): void {
  const other = driver === 'bridge' ? others.find((each) => each.link === link) : undefined
  if (!other) return
  throw new EngineError(
    'forbidden',
    `cannot create network ${name} (${link}): conflicts with network ${other.id} (${other.name}): networks have same bridge name`,
  )
}

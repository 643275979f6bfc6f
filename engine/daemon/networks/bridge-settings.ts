/** What a person has set of the default bridge, laid over what is recorded of it. Pure. */
import { EngineError } from '../../errors.ts'
import { addressText, type Cidr, cidrText, contains, lastOf, parseCidr } from '../../network/cidr.ts'
import type { NetworkDefinition, Subnet } from '../../network/network.ts'
import type { DaemonSettings } from '../settings.ts'
import { chooseSubnet, firstOf, localPool } from './choose-subnet.ts'

/**
 * The bridge as it is to be. `used` are ranges of other networks.
 * Throws `invalid` when `fixed-cidr` lies outside of the bridge.
 */
export function bridgeBySettings(
  recorded: NetworkDefinition,
  settings: DaemonSettings['network'],
  used: readonly Cidr[],
): NetworkDefinition {
  const subnets = [fourOf(recorded, settings), ...sixOf(recorded, settings, used)]
  return {
    ...recorded,
    subnets,
    mtu: settings.mtu ?? 1500,
    icc: settings.icc,
    hostBinding: settings.publishIp,
  }
}

/** True when the two have other addresses: nobody may be on the bridge when they change. */
export function hasOtherSubnets(a: NetworkDefinition, b: NetworkDefinition): boolean {
  const text = ({ subnets }: NetworkDefinition) =>
    JSON.stringify(subnets.map(({ subnet, gateway }) => [subnet, gateway]))
  return text(a) !== text(b)
}

function fourOf(recorded: NetworkDefinition, { bip, fixedCidr }: DaemonSettings['network']): Subnet {
  const before = recorded.subnets.find(({ subnet }) => parseCidr(subnet).family === 4)
  const subnet = bip === null ? (before?.subnet ?? '') : cidrText(parseCidr(bip))
  const gateway = bip === null ? (before?.gateway ?? null) : (bip.split('/')[0] ?? null)
  if (fixedCidr !== null && !within(parseCidr(fixedCidr), parseCidr(subnet))) {
    throw new EngineError(
      'invalid',
      `fixed-cidr ${fixedCidr} is not within the range of the default bridge, ${subnet}: set bip to an address of yours`,
    )
  }
  return { subnet, range: fixedCidr, gateway, aux: {} }
}

function sixOf(
  recorded: NetworkDefinition,
  { ipv6, fixedCidrV6 }: DaemonSettings['network'],
  used: readonly Cidr[],
): Subnet[] {
  if (!ipv6) return []
  if (fixedCidrV6 !== null) {
    const range = parseCidr(fixedCidrV6)
    return [{ subnet: cidrText(range), range: null, gateway: firstOf(range), aux: {} }]
  }
  const before = recorded.subnets.find(({ subnet }) => parseCidr(subnet).family === 6)
  return [before ?? chooseSubnet([localPool(recorded.link)], used, 6)]
}

function within(inner: Cidr, outer: Cidr): boolean {
  return (
    contains(outer, addressText(inner.family, inner.first)) &&
    contains(outer, addressText(inner.family, lastOf(inner)))
  )
}

/** The default bridge of an engine: chosen once, where the host has room, and recorded. */
import { createHash } from 'node:crypto'
import type { Cidr } from '../../network/cidr.ts'
import type { NetworkDefinition } from '../../network/network.ts'
import { type AddressPoolSetting, chooseSubnet, DEFAULT_POOLS } from './choose-subnet.ts'

/** A bridge for the engine at `root`. Two engines begin to look at different places, unless pools are `set`. Throws `unavailable`. */
export function chooseBridge(
  root: string,
  used: readonly Cidr[],
  set: readonly AddressPoolSetting[] = [],
): NetworkDefinition {
  const digest = createHash('sha256').update(root).digest()
  const candidates = DEFAULT_POOLS.map(({ base }) => ({ base, size: 16 }))
  const first = digest.readUInt16BE(0) % candidates.length
  const pools = set.length > 0 ? set : [...candidates.slice(first), ...candidates.slice(0, first)]
  return {
    id: createHash('sha256').update(`longshore bridge ${root}`).digest('hex'),
    name: 'bridge',
    driver: 'bridge',
    link: `ls-${digest.toString('hex').slice(0, 8)}`,
    mode: '',
    ownsLink: true,
    subnets: [chooseSubnet(pools, used, 4)],
    internal: false,
    mtu: 1500,
    icc: true,
    masquerade: true,
    hostBinding: '0.0.0.0',
  }
}

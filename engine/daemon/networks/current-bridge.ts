/** The default bridge of this start: what is recorded, under what a person has set. */
import { randomUUID } from 'node:crypto'
import type { DatabaseSync } from 'node:sqlite'
import { parseCidr } from '../../network/cidr.ts'
import type { NetworkDefinition } from '../../network/network.ts'
import { nowNano, rfc3339 } from '../clock.ts'
import { hasAddresses } from '../records/containers.ts'
import { readMeta, writeMeta } from '../records/meta.ts'
import { NetworkRecords } from '../records/networks.ts'
import type { DaemonSettings } from '../settings.ts'
import { bridgeBySettings, hasOtherSubnets } from './bridge-settings.ts'
import { chooseBridge } from './default-bridge.ts'
import { hostRanges } from './host-ranges.ts'

/** What the bridge follows from. */
export interface BridgeFacts {
  readonly paths: { readonly root: string }
  readonly settings: { readonly network: DaemonSettings['network'] }
  readonly bootId: string
  readonly report: (error: unknown, what: string) => void
}

/**
 * The default bridge: chosen when the root is made and the same ever after, but for what a person sets. `former` is what
 * it was when its addresses are others now: that is to be taken down first.
 */
export function currentBridge(
  db: DatabaseSync,
  { paths, settings, bootId, report }: BridgeFacts,
): { readonly bridge: NetworkDefinition; readonly former: NetworkDefinition | null } {
  const recorded = recordedBridge(db, paths.root, settings.network)
  const others = new NetworkRecords(db).all().flatMap(({ definition }) => definition.subnets)
  const ranges = others.map(({ subnet }) => parseCidr(subnet))
  const bridge = bridgeBySettings(recorded, settings.network, ranges)
  if (!hasOtherSubnets(bridge, recorded)) return { bridge, former: null }
  const inUse = readMeta(db, 'boot-id') === bootId && hasAddresses(db, recorded.id)
  if (!inUse) return { bridge, former: recorded }
  const why = new Error(
    'containers run on it, which keep their addresses: stop them and start the engine again',
  )
  report(why, 'giving the default bridge other addresses')
  return { bridge: { ...bridge, subnets: recorded.subnets }, former: null }
}

/** As the last start left it, or chosen now. */
export function recordedBridge(
  db: DatabaseSync,
  root: string,
  { addressPools, bip }: DaemonSettings['network'],
): NetworkDefinition {
  const known = readMeta(db, 'bridge')
  if (known !== null) return JSON.parse(known) as NetworkDefinition
  const bridge = chooseBridge(root, bip === null ? hostRanges() : [], addressPools)
  writeMeta(db, 'bridge', JSON.stringify(bridge))
  writeMeta(db, 'engine-id', randomUUID())
  writeMeta(db, 'created', rfc3339(nowNano()))
  return bridge
}

/**
 * Steps from one format of the engine's data to the next, each in the transaction that opens the database: an engine
 * that is killed in the middle finds the old format whole. A step knows only the two formats that it stands between,
 * so that it stays true when later ones come.
 */
import type { DatabaseSync } from 'node:sqlite'

/** Version of the whole on-disk format (database and file layout). Raised with a step below and a test. */
export const FORMAT_VERSION = 2

/** By the version that a step begins at. */
const STEPS: ReadonlyMap<number, (db: DatabaseSync) => void> = new Map([[1, severalNetworks]])

/** Brings a database of format `from` to the newest, inside the caller's transaction. */
export function upgrade(db: DatabaseSync, from: number): void {
  for (let version = from; version < FORMAT_VERSION; version++) STEPS.get(version)?.(db)
}

/** Format 1: one bridge, and at most one endpoint a container. */
interface FirstBridge {
  readonly id: string
  readonly bridge: string
  readonly subnet: string
  readonly gateway: string
}

interface FirstEndpoint {
  readonly containerId: string
  readonly netns: string
  readonly address: string
  readonly prefixLength: number
  readonly gateway: string
  readonly macAddress: string
}

/** 1 -> 2: networks of one's own. A container has a place in any number of them. */
function severalNetworks(db: DatabaseSync): void {
  const bridgeId = upgradeBridge(db)
  const update = db.prepare('UPDATE containers SET standing = ? WHERE id = ?')
  for (const row of db.prepare('SELECT id, definition, standing FROM containers').all()) {
    const { endpoint, ...standing } = JSON.parse(String(row.standing)) as Record<string, unknown>
    if (standing.networks !== undefined) continue
    const definition = JSON.parse(String(row.definition)) as FirstDefinition
    const networks = firstNetworks(definition, bridgeId)
    const sandbox = endpoint ? firstSandbox(endpoint as FirstEndpoint, bridgeId) : null
    update.run(JSON.stringify({ ...standing, networks, sandbox }), String(row.id))
  }
}

/** Its id. */
function upgradeBridge(db: DatabaseSync): string {
  const row = db.prepare("SELECT value FROM meta WHERE key = 'bridge'").get()
  if (!row) return ''
  const bridge = JSON.parse(String(row.value)) as
    | FirstBridge
    | { readonly id: string; readonly subnets: unknown }
  if ('subnets' in bridge) return bridge.id
  const { id, bridge: link, subnet, gateway } = bridge
  const next = {
    ...{ id, name: 'bridge', driver: 'bridge', link, mode: '', ownsLink: true },
    subnets: [{ subnet, range: null, gateway, aux: {} }],
    ...{ internal: false, mtu: 1500, icc: true, masquerade: true, hostBinding: '0.0.0.0' },
  }
  db.prepare("UPDATE meta SET value = ? WHERE key = 'bridge'").run(JSON.stringify(next))
  return id
}

interface FirstDefinition {
  readonly config: { readonly NetworkDisabled?: boolean }
  readonly host: { readonly NetworkMode: string }
  readonly networks?: Readonly<Record<string, object>>
}

/** What a container of format 1 is on: the bridge, the host's or none; another's network is none of its own. */
function firstNetworks({ config, host, networks = {} }: FirstDefinition, bridgeId: string) {
  const mode = config.NetworkDisabled ? 'none' : host.NetworkMode
  if (mode.startsWith('container:')) return {}
  const name = mode === 'host' || mode === 'none' ? mode : 'bridge'
  const asked = networks[name] ?? networks.default ?? {}
  return { [name]: { networkId: name === 'bridge' ? bridgeId : '', asked } }
}

function firstSandbox({ containerId, netns, ...place }: FirstEndpoint, networkId: string) {
  const none = { address6: '', prefixLength6: 0, gateway6: '', priority: 0 }
  return { containerId, netns, endpoints: [{ networkId, interface: 'eth0', ...place, ...none }] }
}

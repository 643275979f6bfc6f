/** The networks in memory, found by name, id or the beginning of an id. */
import { EngineError } from '../../errors.ts'
import type { NetworkDefinition } from '../../network/network.ts'
import type { NetworkRecord } from '../records/networks.ts'
import { HOST_NETWORK_ID, NONE_NETWORK_ID } from './built-in.ts'

/** A network by what it is called. */
export interface KnownNetwork {
  readonly id: string
  readonly name: string
  /** Docker's word: `bridge`, `host`, `null`, `macvlan`, `ipvlan`. */
  readonly driver: string
  /** Always there: it cannot be removed. */
  readonly builtIn: boolean
  /** Null of host and none, which nothing is made for. */
  readonly record: NetworkRecord | null
}

export class NetworkRegistry {
  readonly #byId = new Map<string, KnownNetwork>()
  readonly #byName = new Map<string, KnownNetwork>()
  /** The default bridge. */
  readonly bridge: NetworkDefinition
  /** RFC 3339: when the built-in ones were made. */
  readonly created: string
  /** What `host-gateway` means; empty is the default bridge's address. */
  readonly hostGateways: readonly string[]

  constructor(
    bridge: NetworkDefinition,
    created: string,
    records: readonly NetworkRecord[],
    hostGateways: readonly string[] = [],
  ) {
    this.hostGateways = hostGateways
    this.bridge = bridge
    this.created = created
    this.#put({
      id: bridge.id,
      name: 'bridge',
      driver: 'bridge',
      builtIn: true,
      record: bridgeRecord(bridge, created),
    })
    this.#put({ id: HOST_NETWORK_ID, name: 'host', driver: 'host', builtIn: true, record: null })
    this.#put({ id: NONE_NETWORK_ID, name: 'none', driver: 'null', builtIn: true, record: null })
    for (const record of records) this.add(record)
  }

  all(): readonly KnownNetwork[] {
    return [...this.#byId.values()]
  }

  /** Those that have something in the kernel. */
  definitions(): readonly NetworkDefinition[] {
    return this.all().flatMap(({ record }) => (record ? [record.definition] : []))
  }

  byId(id: string): KnownNetwork | undefined {
    return this.#byId.get(id)
  }

  byName(name: string): KnownNetwork | undefined {
    return this.#byName.get(name)
  }

  add(record: NetworkRecord): void {
    const { id, name, driver } = record.definition
    this.#put({ id, name, driver, builtIn: false, record })
  }

  remove({ id, name }: KnownNetwork): void {
    this.#byId.delete(id)
    this.#byName.delete(name)
  }

  /** As Docker looks: a whole id, a name, the only id that begins so. Throws `not-found`, or `invalid` when several do. */
  find(text: string): KnownNetwork {
    const exact = this.#byId.get(text) ?? this.#byName.get(text === 'default' ? 'bridge' : text)
    if (exact) return exact
    const found = text === '' ? [] : this.all().filter(({ id }) => id.startsWith(text))
    if (found.length > 1) {
      throw new EngineError(
        'invalid',
        `network ${text} is ambiguous (${found.length} matches found based on ID prefix)`,
      )
    }
    const [only] = found
    if (!only) throw new EngineError('not-found', `network ${text} not found`)
    return only
  }

  #put(network: KnownNetwork): void {
    this.#byId.set(network.id, network)
    this.#byName.set(network.name, network)
  }
}

function bridgeRecord(definition: NetworkDefinition, created: string): NetworkRecord {
  return {
    created,
    definition,
    labels: {},
    options: {
      'com.docker.network.bridge.default_bridge': 'true',
      'com.docker.network.bridge.enable_icc': String(definition.icc),
      'com.docker.network.bridge.enable_ip_masquerade': 'true',
      'com.docker.network.bridge.host_binding_ipv4': definition.hostBinding,
      'com.docker.network.bridge.name': definition.link,
      'com.docker.network.driver.mtu': String(definition.mtu),
    },
    attachable: false,
    ipv4: true,
    ipv6: definition.subnets.some(({ subnet }) => subnet.includes(':')),
    ipam: { driver: 'default', options: null, given: false },
  }
}

/** Networks as Docker shows them: bridge, host and none. Networks of one's own are not made yet, and said so. */
import type { NetworkCreateRequest, NetworkCreateResponse, NetworkInspect } from '../../api/network.ts'
import { EngineError } from '../../errors.ts'
import type { NetworkDefinition } from '../../network/network.ts'
import type { Container } from '../containers/container.ts'
import { endpointId, endpointMap } from '../containers/network-view.ts'
import type { ContainerRegistry } from '../containers/registry.ts'
import { anyOf, booleanFilter, checkFilters, type Filters, labelsFit, nameFits } from '../filters.ts'
import { HOST_NETWORK_ID, NONE_NETWORK_ID } from './built-in.ts'

interface Known {
  readonly id: string
  readonly name: string
  readonly driver: string
}

export class NetworkService {
  readonly #registry: ContainerRegistry
  readonly #bridge: NetworkDefinition
  readonly #created: string
  readonly #known: readonly Known[]

  /** `created` is RFC 3339: when this root was made. */
  constructor(registry: ContainerRegistry, bridge: NetworkDefinition, created: string) {
    this.#registry = registry
    this.#bridge = bridge
    this.#created = created
    this.#known = [
      { id: bridge.id, name: bridge.name, driver: 'bridge' },
      { id: HOST_NETWORK_ID, name: 'host', driver: 'host' },
      { id: NONE_NETWORK_ID, name: 'none', driver: 'null' },
    ]
  }

  list(filters: Filters): readonly NetworkInspect[] {
    checkFilters(filters, ['dangling', 'driver', 'id', 'label', 'label!', 'name', 'scope', 'type'])
    const dangling = booleanFilter(filters, 'dangling')
    return this.#known
      .filter(
        ({ id, name, driver }) =>
          anyOf(filters, 'id', (value) => id.startsWith(value)) &&
          anyOf(filters, 'name', (value) => nameFits(value, name)) &&
          anyOf(filters, 'driver', (value) => value === driver) &&
          anyOf(filters, 'scope', (value) => value === 'local') &&
          anyOf(filters, 'type', (value) => value === 'builtin') &&
          labelsFit(filters, {}) &&
          dangling !== true,
      )
      .map((known) => ({ ...this.#wire(known), Containers: {} }))
  }

  inspect(name: string): NetworkInspect {
    return this.#wire(this.#find(name))
  }

  async create(request: NetworkCreateRequest): Promise<NetworkCreateResponse> {
    if (this.#known.some((known) => known.name === request.Name)) {
      throw new EngineError('conflict', `network with name ${request.Name} already exists`)
    }
    throw new EngineError(
      'not-implemented',
      `cannot create network ${request.Name}: this engine has the networks bridge, host and none, and cannot make others yet`,
    )
  }

  async connect(name: string, container: string): Promise<void> {
    throw this.#fixed('connect', name, container)
  }

  async disconnect(name: string, container: string): Promise<void> {
    throw this.#fixed('disconnect', name, container)
  }

  async remove(name: string): Promise<void> {
    const known = this.#find(name)
    throw new EngineError('forbidden', `${known.name} is a pre-defined network and cannot be removed`)
  }

  /** There is nothing to prune: the networks that are always there stay. */
  async prune(filters: Filters): Promise<{ readonly NetworksDeleted: readonly string[] | null }> {
    checkFilters(filters, ['label', 'label!', 'until'])
    return { NetworksDeleted: null }
  }

  #fixed(verb: string, name: string, container: string): EngineError {
    const network = this.#find(name)
    const { name: which } = this.#registry.find(container)
    return new EngineError(
      'not-implemented',
      `cannot ${verb} container ${which} and network ${network.name}: this engine sets a container's network when it is created`,
    )
  }

  #find(name: string): Known {
    const exact = this.#known.find((known) => known.name === name || known.id === name)
    const found = exact ?? this.#known.find((known) => name.length > 2 && known.id.startsWith(name))
    if (!found) throw new EngineError('not-found', `network ${name} not found`)
    return found
  }

  #wire({ id, name, driver }: Known): NetworkInspect {
    const bridged = driver === 'bridge'
    return {
      Name: name,
      Id: id,
      Created: this.#created,
      Scope: 'local',
      Driver: driver,
      EnableIPv4: true,
      EnableIPv6: false,
      IPAM: {
        Driver: 'default',
        Options: null,
        Config: bridged ? [{ Subnet: this.#bridge.subnet, Gateway: this.#bridge.gateway }] : [],
      },
      Internal: false,
      Attachable: false,
      Ingress: false,
      ConfigFrom: { Network: '' },
      ConfigOnly: false,
      Containers: Object.fromEntries(
        [...this.#registry.all()].flatMap((container) => this.#member(container, name, id)),
      ),
      Options: bridged
        ? {
            'com.docker.network.bridge.default_bridge': 'true',
            'com.docker.network.bridge.enable_icc': 'true',
            'com.docker.network.bridge.enable_ip_masquerade': 'true',
            'com.docker.network.bridge.host_binding_ipv4': '0.0.0.0',
            'com.docker.network.bridge.name': this.#bridge.bridge,
            'com.docker.network.driver.mtu': '1500',
          }
        : {},
      Labels: {},
    }
  }

  #member(container: Container, name: string, id: string): [string, NetworkInspect['Containers'][string]][] {
    if (!container.up || !endpointMap(container, this.#bridge.id)[name]) return []
    const { endpoint } = container.standing
    const member = {
      Name: container.name,
      EndpointID: endpointId(container, id),
      MacAddress: endpoint?.macAddress ?? '',
      IPv4Address: endpoint ? `${endpoint.address}/${endpoint.prefixLength}` : '',
      IPv6Address: '',
    }
    return [[container.id, member]]
  }
}

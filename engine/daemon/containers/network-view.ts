/** A container's endpoints as Docker's JSON shows them. */
import { createHash } from 'node:crypto'
import type { ContainerNetworkSettings, EndpointSettings } from '../../api/network.ts'
import { HOST_NETWORK_ID, NONE_NETWORK_ID } from '../networks/built-in.ts'
import type { Container } from './container.ts'
import { portMap } from './ports.ts'

/** Networks by name. A mode that names another container's network shows none. */
export function endpointMap(container: Container, bridgeId: string): Record<string, EndpointSettings> {
  const { host, networks, config } = container.definition
  const mode = host.NetworkMode === 'default' ? 'bridge' : host.NetworkMode
  if (mode.startsWith('container:')) return {}
  const name = config.NetworkDisabled ? 'none' : mode
  const asked = networks[host.NetworkMode] ?? networks[name]
  const { endpoint } = container.standing
  const id = name === 'host' ? HOST_NETWORK_ID : name === 'none' ? NONE_NETWORK_ID : bridgeId
  const joined = container.up
  return {
    [name]: {
      IPAMConfig: asked?.IPAMConfig ?? null,
      Links: asked?.Links ?? null,
      Aliases: asked?.Aliases ?? null,
      MacAddress: endpoint?.macAddress ?? '',
      DriverOpts: asked?.DriverOpts ?? null,
      GwPriority: 0,
      NetworkID: joined || name === 'bridge' ? id : '',
      EndpointID: joined ? endpointId(container, id) : '',
      Gateway: endpoint?.gateway ?? '',
      IPAddress: endpoint?.address ?? '',
      IPPrefixLen: endpoint?.prefixLength ?? 0,
      IPv6Gateway: '',
      GlobalIPv6Address: '',
      GlobalIPv6PrefixLen: 0,
      DNSNames: null,
    },
  }
}

/** `NetworkSettings` of inspect. */
export function networkSettings(container: Container, bridgeId: string): ContainerNetworkSettings {
  const { endpoint, mappings } = container.standing
  const networks = endpointMap(container, bridgeId)
  const bridge = networks.bridge
  return {
    Bridge: '',
    SandboxID: container.up ? container.id : '',
    SandboxKey: endpoint?.netns ?? '',
    Ports: container.up ? portMap(container.definition.config.ExposedPorts, mappings) : {},
    HairpinMode: false,
    LinkLocalIPv6Address: '',
    LinkLocalIPv6PrefixLen: 0,
    SecondaryIPAddresses: null,
    SecondaryIPv6Addresses: null,
    EndpointID: bridge?.EndpointID ?? '',
    Gateway: bridge?.Gateway ?? '',
    GlobalIPv6Address: '',
    GlobalIPv6PrefixLen: 0,
    IPAddress: bridge?.IPAddress ?? '',
    IPPrefixLen: bridge?.IPPrefixLen ?? 0,
    IPv6Gateway: '',
    MacAddress: bridge?.MacAddress ?? '',
    Networks: networks,
  }
}

/** Docker names endpoints at random; here the name follows from whose and where it is. */
export function endpointId(container: Container, networkId: string): string {
  return createHash('sha256').update(`${container.id} ${networkId}`).digest('hex')
}

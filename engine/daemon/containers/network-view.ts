/** A container's endpoints as Docker's JSON shows them. */
import { createHash } from 'node:crypto'
import type { ContainerNetworkSettings, EndpointSettings } from '../../api/network.ts'
import type { Endpoint } from '../../network/network.ts'
import { dnsNames } from '../networks/attachments.ts'
import type { NetworkRegistry } from '../networks/network-registry.ts'
import type { Attachment } from '../records/container-record.ts'
import type { Container } from './container.ts'
import { portMap } from './ports.ts'

/** Networks by name. A mode that names another container's network shows none. */
export function endpointMap(
  container: Container,
  networks: NetworkRegistry,
): Record<string, EndpointSettings> {
  return Object.fromEntries(
    Object.entries(container.standing.networks).map(([name, attachment]) => [
      name,
      endpointSettings(container, name, attachment, networks),
    ]),
  )
}

function endpointSettings(
  container: Container,
  name: string,
  { networkId, asked }: Attachment,
  networks: NetworkRegistry,
): EndpointSettings {
  const known = networks.byName(name)
  // Of host and none nothing is recorded: who is up is on it.
  const id = known && (known.record === null || known.builtIn) ? known.id : networkId
  const endpoint = container.standing.sandbox?.endpoints.find((each) => each.networkId === id)
  const joined = container.up && (endpoint !== undefined || known?.record === null)
  return {
    IPAMConfig: asked.IPAMConfig ?? null,
    Links: asked.Links ?? null,
    Aliases: asked.Aliases ?? null,
    MacAddress: endpoint?.macAddress ?? '',
    DriverOpts: asked.DriverOpts ?? null,
    GwPriority: asked.GwPriority ?? 0,
    NetworkID: joined || name === 'bridge' ? id : networkId,
    EndpointID: joined ? endpointId(container, id) : '',
    Gateway: endpoint?.gateway ?? '',
    IPAddress: endpoint?.address ?? '',
    IPPrefixLen: endpoint?.prefixLength ?? 0,
    IPv6Gateway: endpoint?.gateway6 ?? '',
    GlobalIPv6Address: endpoint?.address6 ?? '',
    GlobalIPv6PrefixLen: endpoint?.prefixLength6 ?? 0,
    DNSNames: known?.builtIn ? null : dnsNames(container, asked),
  }
}

/** `NetworkSettings` of inspect. */
export function networkSettings(container: Container, networks: NetworkRegistry): ContainerNetworkSettings {
  const { sandbox, mappings } = container.standing
  const all = endpointMap(container, networks)
  const bridge = all.bridge
  return {
    Bridge: '',
    SandboxID: container.up ? container.id : '',
    SandboxKey: sandbox?.netns ?? '',
    Ports: container.up ? portMap(container.definition.config.ExposedPorts, mappings) : {},
    HairpinMode: false,
    LinkLocalIPv6Address: '',
    LinkLocalIPv6PrefixLen: 0,
    SecondaryIPAddresses: null,
    SecondaryIPv6Addresses: null,
    EndpointID: bridge?.EndpointID ?? '',
    Gateway: bridge?.Gateway ?? '',
    GlobalIPv6Address: bridge?.GlobalIPv6Address ?? '',
    GlobalIPv6PrefixLen: bridge?.GlobalIPv6PrefixLen ?? 0,
    IPAddress: bridge?.IPAddress ?? '',
    IPPrefixLen: bridge?.IPPrefixLen ?? 0,
    IPv6Gateway: bridge?.IPv6Gateway ?? '',
    MacAddress: bridge?.MacAddress ?? '',
    Networks: all,
  }
}

/** One endpoint in a network's inspect. */
export function memberOf(container: Container, networkId: string, endpoint: Endpoint | undefined) {
  const cidr = (address: string, prefix: number) => (address === '' ? '' : `${address}/${prefix}`)
  return {
    Name: container.name,
    EndpointID: endpointId(container, networkId),
    MacAddress: endpoint?.macAddress ?? '',
    IPv4Address: endpoint ? cidr(endpoint.address, endpoint.prefixLength) : '',
    IPv6Address: endpoint ? cidr(endpoint.address6, endpoint.prefixLength6) : '',
  }
}

/** Docker names endpoints at random; here the name follows from whose and where it is. */
export function endpointId(container: Container, networkId: string): string {
  return createHash('sha256').update(`${container.id} ${networkId}`).digest('hex')
}

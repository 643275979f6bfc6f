/** Where a service stands in the network, as the Docker API takes it. */

import type { NetworkingConfig } from '../../../api/container.ts'
import type { PortBinding } from '../../../api/network.ts'
import type { Attachment, Project, Service } from '../../load/project.ts'

/** The network that a container is made with, and those that it is connected to before its start. */
export interface Networking {
  readonly mode: string
  readonly config: NetworkingConfig
}

/** Networks of a service, the one that comes first leading: by priority, then by name. */
export function networkOrder(service: Service): readonly string[] {
  const priority = (name: string) => service.networks?.[name]?.priority ?? 0
  return Object.keys(service.networks ?? {}).toSorted((a, b) => priority(b) - priority(a) || (a < b ? -1 : 1))
}

/** All networks at once: API 1.44 takes several, and the one who applies the plan splits them for older engines. */
export function networking(
  service: Service,
  project: Project,
  containerName: string,
  target: string,
  serviceAlias = true,
): Networking {
  if (service.network_mode !== undefined) return { mode: target, config: {} }
  const order = networkOrder(service)
  const first = order[0]
  if (first === undefined) return { mode: 'none', config: {} }
  const engineName = (key: string) => project.networks[key]?.name ?? key
  return {
    mode: engineName(first),
    config: {
      EndpointsConfig: Object.fromEntries(
        order.map((key) => [
          engineName(key),
          endpoint(service, service.networks?.[key] ?? null, containerName, serviceAlias),
        ]),
      ),
    },
  }
}

function endpoint(
  service: Service,
  attachment: Attachment | null,
  containerName: string,
  serviceAlias: boolean,
) {
  const mac = attachment?.mac_address ?? service.mac_address
  return {
    Aliases: [
      ...new Set([...(serviceAlias ? [service.name] : []), ...(attachment?.aliases ?? []), containerName]),
    ],
    ...(attachment?.ipv4_address || attachment?.ipv6_address || attachment?.link_local_ips
      ? {
          IPAMConfig: {
            ...(attachment.ipv4_address ? { IPv4Address: attachment.ipv4_address } : {}),
            ...(attachment.ipv6_address ? { IPv6Address: attachment.ipv6_address } : {}),
            ...(attachment.link_local_ips ? { LinkLocalIPs: attachment.link_local_ips } : {}),
          },
        }
      : {}),
    ...(attachment?.driver_opts ? { DriverOpts: attachment.driver_opts } : {}),
    ...(attachment?.gw_priority === undefined ? {} : { GwPriority: attachment.gw_priority }),
    ...(mac ? { MacAddress: mac } : {}),
  }
}

/** `{'80/tcp': [{HostIp, HostPort}]}`; a port without a number of the host has an empty one. */
export function portBindings(service: Service): Readonly<Record<string, readonly PortBinding[]>> {
  const bindings: Record<string, PortBinding[]> = {}
  for (const { target, protocol, published = '', host_ip = '' } of service.ports ?? []) {
    const key = `${target}/${protocol}`
    bindings[key] = [...(bindings[key] ?? []), { HostIp: host_ip, HostPort: published }]
  }
  return bindings
}

/** Ports of `ports` and `expose`. */
export function exposedPorts(service: Service): Readonly<Record<string, Record<string, never>>> {
  const keys = (service.ports ?? []).map(({ target, protocol }) => `${target}/${protocol}`)
  for (const entry of service.expose ?? []) {
    const [range = '', protocol = 'tcp'] = entry.split('/')
    const [first = 0, last = first] = range.split('-').map(Number)
    for (let port = first; port <= last; port++) keys.push(`${port}/${protocol}`)
  }
  return Object.fromEntries(keys.map((key) => [key, {}]))
}

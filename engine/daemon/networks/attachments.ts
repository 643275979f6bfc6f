/** What a container asks of networks, and what may be asked. Pure. */
import type { ContainerConfig, HostConfig } from '../../api/container.ts'
import type { EndpointSettings } from '../../api/network.ts'
import { EngineError } from '../../errors.ts'
import { familyOf } from '../../network/cidr.ts'
import type { EndpointWish } from '../../network/network.ts'
import type { Attachment, ContainerDefinition } from '../records/container-record.ts'
import type { KnownNetwork, NetworkRegistry } from './network-registry.ts'

/** The kind of network that a mode names; `user` is one by name, which may not be there. */
export function modeKind(mode: string): 'bridge' | 'host' | 'none' | 'container' | 'user' {
  if (mode === '' || mode === 'default' || mode === 'bridge') return 'bridge'
  if (mode === 'host' || mode === 'none') return mode
  return mode.startsWith('container:') ? 'container' : 'user'
}

/** The name of the network that a mode names, as far as it is known. */
export function modeNetwork(mode: string, registry: NetworkRegistry): string {
  const kind = modeKind(mode)
  if (kind !== 'user') return kind
  try {
    return registry.find(mode).name
  } catch {
    return mode // its start says that it is not there
  }
}

/** The networks that a container is created with, by name. */
export function firstAttachments(
  { config, host, networks: asked }: Pick<ContainerDefinition, 'config' | 'host' | 'networks'>,
  registry: NetworkRegistry,
): Record<string, Attachment> {
  const mode = config.NetworkDisabled ? 'none' : host.NetworkMode
  if (modeKind(mode) === 'container') return {}
  const own = modeNetwork(mode, registry)
  const all: Record<string, Attachment> = {}
  for (const [key, settings] of Object.entries(asked)) {
    all[modeNetwork(key, registry)] = { networkId: '', asked: settings }
  }
  // A default mode gives way to networks that are named; one that is named itself does not.
  const named = Object.keys(all).length > 0
  if (!all[own] && (!named || modeKind(mode) !== 'bridge' || mode === 'bridge')) {
    all[own] = { networkId: '', asked: {} }
  }
  const mac = config.MacAddress
  const first = all[own]
  if (mac && first && !first.asked.MacAddress) {
    all[own] = { ...first, asked: { ...first.asked, MacAddress: mac } }
  }
  return all
}

/** Throws `invalid` in Docker's words for what a network cannot give. */
export function checkAsked(network: KnownNetwork, asked: Partial<EndpointSettings>): void {
  const { IPv4Address: four, IPv6Address: six, LinkLocalIPs } = asked.IPAMConfig ?? {}
  if (network.builtIn) {
    if (four || six || (LinkLocalIPs ?? []).length > 0) {
      throw new EngineError('invalid', 'user specified IP address is supported on user defined networks only')
    }
    if ((asked.Aliases ?? []).length > 0) {
      throw new EngineError(
        'invalid',
        'network-scoped alias is supported only for containers in user defined networks',
      )
    }
  }
  if (four && familyOf(four) !== 4) throw new EngineError('invalid', `invalid IPv4 address: ${four}`)
  if (six && familyOf(six) !== 6) throw new EngineError('invalid', `invalid IPv6 address: ${six}`)
  if ((four || six) && !network.record?.ipam.given) {
    throw new EngineError(
      'invalid',
      'user specified IP address is supported only when connecting to networks with user configured subnets',
    )
  }
  if (asked.MacAddress && !/^([0-9a-f]{2}[:-]){5}[0-9a-f]{2}$/i.test(asked.MacAddress)) {
    throw new EngineError('invalid', `invalid MAC address: ${asked.MacAddress}`)
  }
}

/** What to ask of the kernel for one network. Throws `invalid`. */
export function wishOf(network: KnownNetwork, asked: Partial<EndpointSettings>): EndpointWish {
  checkAsked(network, asked)
  const { record } = network
  if (!record) throw new EngineError('internal', `network ${network.name} has no endpoints`)
  return {
    network: record.definition,
    address: asked.IPAMConfig?.IPv4Address || '',
    address6: asked.IPAMConfig?.IPv6Address || '',
    macAddress: asked.MacAddress?.replaceAll('-', ':').toLowerCase() || '',
    priority: asked.GwPriority ?? 0,
    interface: asked.DriverOpts?.['com.docker.network.endpoint.ifname'] ?? '',
  }
}

/** The names that a container is found by on a user network: its own, its aliases, its short id, its hostname. */
export function dnsNames(
  container: {
    readonly id: string
    readonly name: string
    readonly definition: Pick<ContainerDefinition, 'config'>
  },
  asked: Partial<EndpointSettings>,
): string[] {
  const { Hostname } = container.definition.config
  const names = [container.name, ...(asked.Aliases ?? []), container.id.slice(0, 12), Hostname]
  return [...new Set(names.filter((name) => name !== ''))]
}

/** Throws `invalid` in Docker's words for options that do not go with a shared network. */
export function checkShared({ Hostname, MacAddress, ExposedPorts }: AskedConfig, host: HostConfig): void {
  const kind = modeKind(host.NetworkMode)
  const refuse = (what: string) => new EngineError('invalid', `conflicting options: ${what}`)
  const undefinedBehavior = "can't be used with links. This would result in undefined behavior"
  const linked = (host.Links ?? []).length > 0
  if (kind === 'host' && linked) throw refuse(`host type networking ${undefinedBehavior}`)
  if (kind !== 'container') return
  if (Hostname) throw refuse('hostname and the network mode')
  if (linked) throw refuse(`container type network ${undefinedBehavior}`)
  if ((host.Dns ?? []).length > 0) throw refuse('dns and the network mode')
  if ((host.ExtraHosts ?? []).length > 0) throw refuse('custom host-to-IP mapping and the network mode')
  if (MacAddress) throw refuse('mac-address and the network mode')
  if (Object.keys(host.PortBindings ?? {}).length > 0 || host.PublishAllPorts) {
    throw refuse('port publishing and the container type network mode')
  }
  if (Object.keys(ExposedPorts ?? {}).length > 0) {
    throw refuse('port exposing and the container type network mode')
  }
}

type AskedConfig = Partial<Pick<ContainerConfig, 'Hostname' | 'MacAddress' | 'ExposedPorts'>>

/** Exposed and published ports: from a request's text to mappings, and from mappings to Docker's JSON. */
import type { PortSummary } from '../../api/container.ts'
import type { PortBinding, PortMap } from '../../api/network.ts'
import { EngineError } from '../../errors.ts'
import { familyOf } from '../../network/cidr.ts'
import type { PortMapping } from '../../network/network.ts'

/** A port that is to be published: a fixed host port, one of a range, or any (`first` 0). */
export interface PortWish {
  readonly hostIp: string
  /** No address was named: the same port of every IPv6 address too, on a host that has any. */
  readonly everywhere: boolean
  readonly first: number
  readonly last: number
  readonly containerPort: number
  readonly protocol: 'tcp' | 'udp'
}

/** What of a container's ports is to be published; `unnamed` is the host's address for those that name none. Throws `invalid`, or `not-implemented` for sctp. */
export function portWishes(
  exposed: Readonly<Record<string, unknown>> | undefined,
  bindings: PortMap | null,
  publishAll: boolean,
  unnamed = '0.0.0.0',
): PortWish[] {
  const wishes: PortWish[] = []
  const named = new Set<string>()
  for (const [spec, list] of Object.entries(bindings ?? {})) {
    const { port, protocol } = parsePort(spec)
    named.add(`${port}/${protocol}`)
    if (protocol === 'sctp')
      throw new EngineError('not-implemented', `port ${spec}: sctp cannot be published`)
    for (const binding of list && list.length > 0 ? list : [{ HostIp: '', HostPort: '' }]) {
      wishes.push({
        hostIp: hostAddress(binding, unnamed),
        everywhere: !binding.HostIp && unnamed === '0.0.0.0',
        ...hostRange(binding),
        containerPort: port,
        protocol,
      })
    }
  }
  if (!publishAll) return wishes
  for (const spec of Object.keys(exposed ?? {})) {
    const { port, protocol } = parsePort(spec)
    if (named.has(`${port}/${protocol}`) || protocol === 'sctp') continue
    const everywhere = unnamed === '0.0.0.0'
    wishes.push({ hostIp: unnamed, everywhere, first: 0, last: 0, containerPort: port, protocol })
  }
  return wishes
}

/** `80`, `80/tcp` -> its parts. Throws `invalid` in Docker's words. */
export function parsePort(spec: string): {
  readonly port: number
  readonly protocol: 'tcp' | 'udp' | 'sctp'
} {
  const match = /^(\d{1,5})(?:\/(tcp|udp|sctp))?$/i.exec(spec)
  const port = Number(match?.[1])
  if (!match || port < 1 || port > 65535)
    throw new EngineError('invalid', `invalid port specification: "${spec}"`)
  return { port, protocol: (match[2]?.toLowerCase() ?? 'tcp') as 'tcp' | 'udp' | 'sctp' }
}

function hostAddress({ HostIp }: PortBinding, unnamed: string): string {
  if (!HostIp) return unnamed
  if (HostIp === 'localhost') return '127.0.0.1'
  const address = HostIp.replace(/^\[(.*)\]$/, '$1')
  if (familyOf(address) === null) throw new EngineError('invalid', `invalid IP address: ${HostIp}`)
  return address
}

function hostRange({ HostPort }: PortBinding): { readonly first: number; readonly last: number } {
  if (!HostPort || HostPort === '0') return { first: 0, last: 0 }
  const match = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(HostPort)
  const first = Number(match?.[1])
  const last = Number(match?.[2] ?? match?.[1])
  if (!match || first < 1 || last > 65535 || last < first) {
    throw new EngineError('invalid', `invalid port specification: "${HostPort}"`)
  }
  return { first, last }
}

/** `NetworkSettings.Ports`: every exposed port, with its bindings if published. Empty unless it is up. */
export function portMap(
  exposed: Readonly<Record<string, unknown>> | undefined,
  mappings: readonly PortMapping[],
): PortMap {
  const map: Record<string, PortBinding[] | null> = {}
  for (const spec of Object.keys(exposed ?? {})) {
    const { port, protocol } = parsePort(spec)
    map[`${port}/${protocol}`] = null
  }
  for (const { hostIp, hostPort, containerPort, protocol } of mappings) {
    const key = `${containerPort}/${protocol}`
    map[key] = [...(map[key] ?? []), { HostIp: hostIp, HostPort: String(hostPort) }]
  }
  return map
}

/** `Ports` of a row of the list. */
export function portSummaries(
  exposed: Readonly<Record<string, unknown>> | undefined,
  mappings: readonly PortMapping[],
): PortSummary[] {
  const published = new Set(mappings.map(({ containerPort, protocol }) => `${containerPort}/${protocol}`))
  const bare = Object.keys(exposed ?? {})
    .map(parsePort)
    .filter(({ port, protocol }) => !published.has(`${port}/${protocol}`))
    .map(({ port, protocol }) => ({ PrivatePort: port, Type: protocol }))
  return [
    ...mappings.map(({ hostIp, hostPort, containerPort, protocol }) => ({
      IP: hostIp,
      PrivatePort: containerPort,
      PublicPort: hostPort,
      Type: protocol,
    })),
    ...bare,
  ]
}

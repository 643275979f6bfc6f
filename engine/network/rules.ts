/**
 * The firewall rules of one engine as text: forwarding for its bridges, source translation for what leaves them,
 * destination translation for published ports, all in chains of its own. Pure.
 */
import { familyOf } from './cidr.ts'
import { subnetsOf } from './endpoints.ts'
import type { Endpoint, NetworkDefinition, PortMapping } from './network.ts'

/** The names of an engine's chains. `tag` tells engines apart. */
export interface Chains {
  readonly forward: string
  readonly ports: string
  readonly leave: string
}

export function chainsOf(tag: string): Chains {
  const suffix = tag.toUpperCase()
  return { forward: `FWD-${suffix}`, ports: `PORT-${suffix}`, leave: `OUT-${suffix}` }
}

/** The jumps from the kernel's chains into ours: table, chain, rule. */
export function jumps(tag: string, family: 4 | 6): readonly (readonly [string, string, readonly string[]])[] {
  const chains = chainsOf(tag)
  // The kernel does not let the IPv6 loopback address out of its interface: there the held socket answers itself.
  const outward = family === 6 ? ['!', '-d', '::1/128'] : []
  return [
    ['filter', 'FORWARD', ['-j', chains.forward]],
    ['nat', 'PREROUTING', ['-m', 'addrtype', '--dst-type', 'LOCAL', '-j', chains.ports]],
    ['nat', 'OUTPUT', [...outward, '-m', 'addrtype', '--dst-type', 'LOCAL', '-j', chains.ports]],
    ['nat', 'POSTROUTING', ['-j', chains.leave]],
  ]
}

/** The networks that have rules in the tables of a family. */
export function ruled(networks: readonly NetworkDefinition[], family: 4 | 6): NetworkDefinition[] {
  return networks.filter((network) => network.driver === 'bridge' && subnetsOf(network, family).length > 0)
}

/**
 * What is let through for each network, as lines of iptables-restore. What enters a network must be an answer or come
 * by a published port; that keeps networks apart from each other as well.
 */
export function forwardRules(tag: string, networks: readonly NetworkDefinition[], family: 4 | 6): string[] {
  const { forward } = chainsOf(tag)
  const bridges = ruled(networks, family)
  const entering = bridges.flatMap((network) => {
    const { link, internal, icc } = network
    const inside = `-A ${forward} -i ${link} -o ${link} -j ${icc ? 'ACCEPT' : 'DROP'}`
    const closed = `-A ${forward} -o ${link} -j DROP`
    if (internal) return [inside, closed, `-A ${forward} -i ${link} -j DROP`]
    return [
      `-A ${forward} -o ${link} -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT`,
      `-A ${forward} -o ${link} -m conntrack --ctstate DNAT -j ACCEPT`,
      inside,
      closed,
    ]
  })
  const leaving = bridges.flatMap(({ link, internal }) =>
    internal ? [] : [`-A ${forward} -i ${link} ! -o ${link} -j ACCEPT`],
  )
  return [`:${forward} - [0:0]`, ...entering, ...leaving]
}

/** How source addresses are translated, as lines of iptables-restore. */
export function leaveRules(tag: string, networks: readonly NetworkDefinition[], family: 4 | 6): string[] {
  const { leave } = chainsOf(tag)
  const rules = ruled(networks, family).flatMap((network) => {
    const { link, internal, masquerade } = network
    return [
      ...subnetsOf(network, family).flatMap((subnet) => [
        ...(internal || !masquerade ? [] : [`-A ${leave} -s ${subnet} ! -o ${link} -j MASQUERADE`]),
        // A container that reaches itself by its published port must get its answers by way of this host.
        `-A ${leave} -s ${subnet} -o ${link} -m conntrack --ctstate DNAT -j MASQUERADE`,
      ]),
      // A connection of this host's own, from loopback too, must come back here.
      `-A ${leave} -o ${link} -m addrtype --src-type LOCAL -j MASQUERADE`,
    ]
  })
  return [`:${leave} - [0:0]`, ...rules]
}

/** A rule of a published port, and whose tables it goes in. */
export interface PortRule {
  readonly family: 4 | 6
  /** Words after -A or -D. */
  readonly words: readonly string[]
}

/** The rules that lead published ports to an endpoint; none for an address family that it does not have. */
export function portRules(
  tag: string,
  containerId: string,
  target: Endpoint,
  mappings: readonly PortMapping[],
): PortRule[] {
  return mappings.flatMap(({ hostIp, hostPort, containerPort, protocol }) => {
    const family = familyOf(hostIp) ?? 4
    const address = family === 4 ? target.address : target.address6
    if (address === '') return []
    const every = hostIp === '0.0.0.0' || hostIp === '::'
    const words = [
      ...[chainsOf(tag).ports],
      ...(every ? [] : ['-d', `${hostIp}/${family === 4 ? 32 : 128}`]),
      ...['-p', protocol, '-m', protocol, '--dport', String(hostPort)],
      ...['-m', 'comment', '--comment', containerId.slice(0, 12)],
      ...['-j', 'DNAT', '--to-destination'],
      family === 4 ? `${address}:${containerPort}` : `[${address}]:${containerPort}`,
    ]
    return [{ family, words }]
  })
}

/**
 * Container networks: bridges, addresses, published ports, names.
 * The daemon's records say which networks, addresses and ports there are; this folder only makes the kernel agree.
 * `Networks` is what the daemon needs; `bridge-networks.ts` implements it.
 */

import type { InterfaceCounters } from './counters.ts'
/** One address range of a network. */
export interface Subnet {
  /** In CIDR form of either family, e.g. `172.30.0.0/16`. */
  readonly subnet: string
  /** The part of it that addresses are chosen from; null is all of it. */
  readonly range: string | null
  /** Null when the network has none: an internal macvlan. */
  readonly gateway: string | null
  /** Addresses that others have, by name. */
  readonly aux: Readonly<Record<string, string>>
}

/** A network as the records hold it. */
export interface NetworkDefinition {
  readonly id: string
  readonly name: string
  readonly driver: 'bridge' | 'macvlan' | 'ipvlan'
  /** The bridge on the host, or the parent interface: at most 15 characters. */
  readonly link: string
  /** Of a macvlan or ipvlan: how its interfaces speak to each other; empty on a bridge. */
  readonly mode: string
  /** True when the link is the engine's: made with the network and removed with it. */
  readonly ownsLink: boolean
  readonly subnets: readonly Subnet[]
  /** No way in or out: no default route, no forwarding. */
  readonly internal: boolean
  /** Bytes; 0 leaves it to the parent. */
  readonly mtu: number
  /** Containers on it reach each other. */
  readonly icc: boolean
  /** What leaves it carries an address of the host's. */
  readonly masquerade: boolean
  /** Where ports are published that name no address. */
  readonly hostBinding: string
}

export interface PortMapping {
  readonly hostIp: string
  readonly hostPort: number
  readonly containerPort: number
  readonly protocol: 'tcp' | 'udp'
}

/** A container's place on one network. Texts are empty where it has no such address. */
export interface Endpoint {
  readonly networkId: string
  /** Its name inside, e.g. `eth0`. */
  readonly interface: string
  readonly address: string
  readonly prefixLength: number
  readonly gateway: string
  readonly address6: string
  readonly prefixLength6: number
  readonly gateway6: string
  readonly macAddress: string
  /** The greatest has the default route. */
  readonly priority: number
}

/** A network namespace and what it is plugged into. */
export interface Sandbox {
  readonly containerId: string
  /** Where it is bound. */
  readonly netns: string
  readonly endpoints: readonly Endpoint[]
}

/** What a container asks of one network; addresses are chosen where none is named. */
export interface EndpointWish {
  readonly network: NetworkDefinition
  readonly address?: string
  readonly address6?: string
  readonly macAddress?: string
  readonly priority?: number
  /** Name of the interface inside; the next `ethN` without it. */
  readonly interface?: string
}

/** A bound host port. `fd` is handed to the supervisor; `release` closes our copy after that. */
export interface HeldPort {
  readonly mapping: PortMapping
  readonly fd: number
  release(): void
}

/** Who holds a busy port, as far as /proc tells. */
export interface PortOwner {
  readonly pid?: number
  readonly program?: string
}

/** What a container that is up has of the network, as its record says. */
export interface InUse {
  readonly sandbox: Sandbox
  readonly mappings: readonly PortMapping[]
}

/** How a container is found by others, and whom it asks for names that are not of its networks. */
export interface SandboxNames {
  readonly networks: readonly {
    readonly id: string
    readonly name: string
    readonly names: readonly string[]
    readonly addresses: readonly string[]
    /** What it alone calls others: alias, then the other's name. */
    readonly aliases: readonly (readonly [string, string])[]
  }[]
  readonly servers: readonly {
    readonly address: string
    /** Asked from the container's namespace, not from the host's. */
    readonly inside: boolean
  }[]
}

/** Traffic by interface. */
export type TrafficCounters = Readonly<Record<string, InterfaceCounters>>

export interface Networks {
  /**
   * Makes links and rules of networks exist. Idempotent. With `inUse` the rules of published ports are theirs and no
   * others: those of containers that ended while no engine ran are gone then.
   */
  raise(networks: readonly NetworkDefinition[], inUse?: readonly InUse[]): Promise<void>
  /** Takes them away. Nobody may be on it. */
  lower(network: NetworkDefinition): Promise<void>
  /**
   * A namespace for a container, plugged into what it wishes, which may be nothing.
   * The claim is recorded before anything is made (`claimed`), so that a crash cannot leak it.
   */
  acquire(
    containerId: string,
    wishes: readonly EndpointWish[],
    claimed: (sandbox: Sandbox) => void,
    /** The user namespace that the new one belongs to, by a path; null is the engine's own. */
    userns?: string | null,
  ): Promise<Sandbox>
  /** Plugs a sandbox into one more network. */
  plug(
    sandbox: Sandbox,
    mappings: readonly PortMapping[],
    wish: EndpointWish,
    claimed: (sandbox: Sandbox) => void,
  ): Promise<Sandbox>
  /** Takes it out of one. The address is free when this resolves. Well when it is not on it. */
  unplug(sandbox: Sandbox, mappings: readonly PortMapping[], networkId: string): Promise<Sandbox>
  /** Says how a container is found on its networks; null when on none of them by name. Resolves when it is so. */
  name(sandbox: Sandbox, names: SandboxNames | null): Promise<void>
  /** Whether this host has IPv6, so that a port can be published there too. */
  publishesIpv6(): Promise<boolean>
  /** Binds the host ports; hostPort 0 takes a free one. Throws `conflict` "... port is already allocated" naming the owner. */
  holdPorts(mappings: readonly PortMapping[]): Promise<readonly HeldPort[]>
  /** Adds forwarding rules of a container's ports. */
  publish(sandbox: Sandbox, mappings: readonly PortMapping[]): Promise<void>
  /** Removes rules and namespace; the addresses are free then. Idempotent, also for what a dead engine left. */
  release(sandbox: Sandbox, mappings: readonly PortMapping[]): Promise<void>
  /** Adopts what is in use, destroys the rest: after a restart, before `raise`. `rebooted` trusts nothing. */
  recover(networks: readonly NetworkDefinition[], inUse: readonly InUse[], rebooted: boolean): Promise<void>
  /** What exists on the host that no record explains: lines for `verify`. */
  verify(networks: readonly NetworkDefinition[], inUse: readonly InUse[]): Promise<readonly string[]>
  portOwner(port: number, protocol: 'tcp' | 'udp'): Promise<PortOwner | null>
  /** Bytes and packets through the container's interfaces, from inside its namespace. */
  counters(pid: number): Promise<TrafficCounters>
  /** `destroy` removes namespaces, rules and links; without it everything stays for the next engine. */
  close(options: { readonly destroy: boolean }): Promise<void>
}

/**
 * Container networks: bridges, addresses, published ports, names.
 * Addresses and ports are decided by the daemon's records (unique indexes) and handed in; this folder only makes
 * the kernel agree. `Networks` is what the daemon needs; `bridge-networks.ts` implements it.
 */

/** A network as the records hold it. */
export interface NetworkDefinition {
  readonly id: string
  readonly name: string
  readonly driver: 'bridge'
  /** Interface name of the bridge on the host, at most 15 characters. */
  readonly bridge: string
  /** IPv4 in CIDR form, e.g. `172.30.0.0/16`. */
  readonly subnet: string
  readonly gateway: string
  readonly internal: boolean
  readonly dns: boolean
}

export interface PortMapping {
  readonly hostIp: string
  readonly hostPort: number
  readonly containerPort: number
  readonly protocol: 'tcp' | 'udp'
}

/** A ready network namespace with its address on one network. */
export interface Endpoint {
  readonly containerId: string
  readonly netns: string
  readonly address: string
  readonly prefixLength: number
  readonly gateway: string
  readonly macAddress: string
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

export interface Networks {
  /** Makes bridge and rules of the default network exist. Idempotent. */
  ready(network: NetworkDefinition): Promise<void>
  /**
   * A namespace for a container on `network`, with an address of it.
   * The claim is recorded before it is answered (`claimed`), so that a crash cannot leak it.
   */
  acquire(
    network: NetworkDefinition,
    containerId: string,
    claimed: (endpoint: Endpoint) => void,
  ): Promise<Endpoint>
  /** Binds the host ports; hostPort 0 takes a free one. Throws `conflict` "... port is already allocated" naming the owner. */
  holdPorts(mappings: readonly PortMapping[]): Promise<readonly HeldPort[]>
  /** Adds forwarding rules of a container's ports. */
  publish(endpoint: Endpoint, mappings: readonly PortMapping[]): Promise<void>
  /** Removes rules and namespace; the address is free then. Idempotent, also for what a dead engine left. */
  release(endpoint: Endpoint, mappings: readonly PortMapping[]): Promise<void>
  /** Adopts what is in use, destroys the rest: after a restart. `rebooted` trusts nothing. */
  recover(
    inUse: readonly { readonly endpoint: Endpoint; readonly mappings: readonly PortMapping[] }[],
    rebooted: boolean,
  ): Promise<void>
  /** What exists on the host that no record explains: lines for `verify`. */
  verify(
    inUse: readonly { readonly endpoint: Endpoint; readonly mappings: readonly PortMapping[] }[],
  ): Promise<readonly string[]>
  portOwner(port: number, protocol: 'tcp' | 'udp'): Promise<PortOwner | null>
  /** Bytes and packets through the container's interfaces, from inside its namespace. */
  counters(pid: number): Promise<
    Readonly<
      Record<
        string,
        {
          readonly rxBytes: number
          readonly txBytes: number
          readonly rxPackets: number
          readonly txPackets: number
        }
      >
    >
  >
  /** `destroy` removes namespaces, rules and the bridge; without it everything stays for the next engine. */
  close(options: { readonly destroy: boolean }): Promise<void>
}

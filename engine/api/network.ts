/** Wire types of networks, of a container's place in them, and of ports. */

/** A host side of a published port. `HostPort` is a number as text; empty lets the engine choose. */
export interface PortBinding {
  readonly HostIp: string
  readonly HostPort: string
}

/** `80/tcp` to its bindings; null or empty when exposed but not published. */
export type PortMap = Readonly<Record<string, readonly PortBinding[] | null>>

export interface EndpointIpamConfig {
  readonly IPv4Address?: string
  readonly IPv6Address?: string
  readonly LinkLocalIPs?: readonly string[]
}

/** A container's endpoint on one network. */
export interface EndpointSettings {
  readonly IPAMConfig: EndpointIpamConfig | null
  readonly Links: readonly string[] | null
  readonly Aliases: readonly string[] | null
  readonly MacAddress: string
  readonly DriverOpts: Readonly<Record<string, string>> | null
  readonly GwPriority?: number
  readonly NetworkID: string
  readonly EndpointID: string
  readonly Gateway: string
  readonly IPAddress: string
  readonly IPPrefixLen: number
  readonly IPv6Gateway: string
  readonly GlobalIPv6Address: string
  readonly GlobalIPv6PrefixLen: number
  readonly DNSNames: readonly string[] | null
}

/** `NetworkSettings` of a container's inspect. The fields of the default bridge stand at its top level too. */
export interface ContainerNetworkSettings {
  readonly Bridge: string
  readonly SandboxID: string
  readonly SandboxKey: string
  readonly Ports: PortMap
  readonly HairpinMode: boolean
  readonly LinkLocalIPv6Address: string
  readonly LinkLocalIPv6PrefixLen: number
  readonly SecondaryIPAddresses: null
  readonly SecondaryIPv6Addresses: null
  readonly EndpointID: string
  readonly Gateway: string
  readonly GlobalIPv6Address: string
  readonly GlobalIPv6PrefixLen: number
  readonly IPAddress: string
  readonly IPPrefixLen: number
  readonly IPv6Gateway: string
  readonly MacAddress: string
  readonly Networks: Readonly<Record<string, EndpointSettings>>
}

export interface IpamPool {
  readonly Subnet?: string
  readonly IPRange?: string
  readonly Gateway?: string
  readonly AuxiliaryAddresses?: Readonly<Record<string, string>>
}

export interface Ipam {
  readonly Driver: string
  readonly Options: Readonly<Record<string, string>> | null
  readonly Config: readonly IpamPool[] | null
}

/** One network, in the list (`Containers` empty there) and in inspect. */
export interface NetworkInspect {
  readonly Name: string
  readonly Id: string
  readonly Created: string
  readonly Scope: string
  readonly Driver: string
  readonly EnableIPv4: boolean
  readonly EnableIPv6: boolean
  readonly IPAM: Ipam
  readonly Internal: boolean
  readonly Attachable: boolean
  readonly Ingress: boolean
  readonly ConfigFrom: { readonly Network: string }
  readonly ConfigOnly: boolean
  readonly Containers: Readonly<
    Record<
      string,
      {
        readonly Name: string
        readonly EndpointID: string
        readonly MacAddress: string
        readonly IPv4Address: string
        readonly IPv6Address: string
      }
    >
  >
  readonly Options: Readonly<Record<string, string>>
  readonly Labels: Readonly<Record<string, string>>
}

/** Body of POST /networks/create. */
export interface NetworkCreateRequest {
  readonly Name: string
  readonly CheckDuplicate?: boolean
  readonly Driver?: string
  readonly Scope?: string
  readonly Internal?: boolean
  readonly Attachable?: boolean
  readonly Ingress?: boolean
  readonly EnableIPv4?: boolean
  readonly EnableIPv6?: boolean
  readonly IPAM?: Partial<Ipam>
  readonly Options?: Readonly<Record<string, string>>
  readonly Labels?: Readonly<Record<string, string>>
}

export interface NetworkCreateResponse {
  readonly Id: string
  readonly Warning: string
}

/** Body of POST /networks/{id}/connect. */
export interface NetworkConnectRequest {
  readonly Container?: string
  readonly EndpointConfig?: Partial<EndpointSettings>
}

/** Body of POST /networks/{id}/disconnect. */
export interface NetworkDisconnectRequest {
  readonly Container?: string
  readonly Force?: boolean
}

/** What a person may set of a daemon, complete: `config` reads it from flags and daemon.json. */

/** Null is "as the engine chooses". */
export interface DaemonSettings {
  readonly debug: boolean
  readonly experimental: boolean
  /** `NAME=VALUE`. */
  readonly labels: readonly string[]
  readonly features: Readonly<Record<string, boolean>>
  /** Containers run on when the engine ends. */
  readonly liveRestore: boolean
  /** How long containers have to stop when the engine ends and they may not run on. */
  readonly shutdownTimeoutSeconds: number
  readonly containers: {
    readonly logDriver: 'json-file' | 'local' | 'none'
    readonly logOptions: Readonly<Record<string, string>>
    readonly ulimits: Readonly<Record<string, { readonly soft: number; readonly hard: number }>>
    readonly shmSizeBytes: number
    readonly ipcMode: 'private' | 'shareable'
    readonly cgroupnsMode: 'private' | 'host' | null
    readonly runtime: 'crun' | 'runc' | null
    readonly init: boolean
    readonly noNewPrivileges: boolean
    /** Whose subordinate ids containers' users are: `default`, or a user with `:` and a group; null is nobody's. */
    readonly usernsRemap: string | null
    /** A profile in Docker's JSON, which nobody has looked at yet. */
    readonly seccomp: 'default' | 'unconfined' | { readonly profile: unknown }
  }
  readonly network: {
    readonly addressPools: readonly { readonly base: string; readonly size: number }[]
    /** Address and range of the default bridge, as CIDR. */
    readonly bip: string | null
    readonly fixedCidr: string | null
    readonly fixedCidrV6: string | null
    readonly ipv6: boolean
    readonly mtu: number | null
    readonly icc: boolean
    /** Where ports are published that name no address. */
    readonly publishIp: string
    readonly ipForward: boolean
    readonly iptables: boolean
    readonly ip6tables: boolean
    readonly userlandProxy: boolean
    readonly dns: readonly string[]
    readonly dnsOptions: readonly string[]
    readonly dnsSearch: readonly string[]
    readonly hostGatewayIps: readonly string[]
  }
  readonly registries: {
    readonly insecure: readonly string[]
    readonly mirrors: readonly string[]
    readonly maxDownloads: number
    readonly maxUploads: number
  }
  readonly builds: {
    /** Steps of all builds that run at a time; null is one a processor, four at least. */
    readonly maxSteps: number | null
    /** What the cache keeps to by itself; bytes. */
    readonly gc: {
      readonly enabled?: boolean
      readonly reservedBytes?: number
      readonly mostUsedBytes?: number
      readonly leastFreeBytes?: number
    }
  }
}

/** The settings of an engine that runs: a reload replaces what `now` says. */
export class Settings {
  #now: DaemonSettings

  constructor(now: DaemonSettings) {
    this.#now = now
  }

  get now(): DaemonSettings {
    return this.#now
  }

  replace(now: DaemonSettings): void {
    this.#now = now
  }
}

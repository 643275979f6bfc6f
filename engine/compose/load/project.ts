/**
 * A loaded project: every value in its long form, every path absolute, every name resolved. Field names are the
 * specification's own, so that what `config` prints is this value.
 */
import type { Json } from './tree.ts'

export interface Dependency {
  readonly condition: 'service_started' | 'service_healthy' | 'service_completed_successfully'
  readonly required: boolean
  readonly restart?: boolean
}

export interface Port {
  readonly mode: 'ingress' | 'host'
  readonly host_ip?: string
  readonly target: number
  readonly published?: string
  readonly protocol: 'tcp' | 'udp' | 'sctp'
  readonly name?: string
  readonly app_protocol?: string
}

export interface Mount {
  readonly type: 'bind' | 'volume' | 'tmpfs' | 'image' | 'cluster' | 'npipe'
  readonly source?: string
  readonly target: string
  readonly read_only?: boolean
  readonly consistency?: string
  readonly bind?: {
    readonly create_host_path?: boolean
    readonly propagation?: string
    readonly selinux?: 'z' | 'Z'
    readonly recursive?: string
  } | null
  readonly volume?: {
    readonly nocopy?: boolean
    readonly subpath?: string
    readonly labels?: Record<string, string>
  } | null
  /** `size` in bytes, as text. */
  readonly tmpfs?: { readonly size?: string; readonly mode?: number } | null
  readonly image?: { readonly subpath?: string } | null
}

export interface Attachment {
  readonly aliases?: readonly string[]
  readonly ipv4_address?: string
  readonly ipv6_address?: string
  readonly link_local_ips?: readonly string[]
  readonly mac_address?: string
  readonly driver_opts?: Readonly<Record<string, string>>
  readonly interface_name?: string
  readonly priority?: number
  readonly gw_priority?: number
}

export interface Healthcheck {
  readonly test?: readonly string[]
  readonly interval?: string
  readonly timeout?: string
  readonly retries?: number
  readonly start_period?: string
  readonly start_interval?: string
  readonly disable?: boolean
}

export interface Grant {
  readonly source: string
  readonly target?: string
  readonly uid?: string
  readonly gid?: string
  readonly mode?: number
}

export interface Build {
  readonly context: string
  readonly dockerfile?: string
  readonly dockerfile_inline?: string
  readonly args?: Readonly<Record<string, string | null>>
  readonly ssh?: Readonly<Record<string, string | null>>
  readonly labels?: Readonly<Record<string, string | null>>
  readonly cache_from?: readonly string[]
  readonly cache_to?: readonly string[]
  readonly no_cache?: boolean
  readonly no_cache_filter?: readonly string[]
  readonly additional_contexts?: Readonly<Record<string, string>>
  readonly network?: string
  readonly entitlements?: readonly string[]
  readonly provenance?: string
  readonly sbom?: string
  readonly pull?: boolean
  readonly target?: string
  readonly shm_size?: string
  readonly extra_hosts?: Readonly<Record<string, readonly string[]>>
  readonly isolation?: string
  readonly privileged?: boolean
  readonly secrets?: readonly Grant[]
  readonly tags?: readonly string[]
  readonly ulimits?: Readonly<Record<string, Ulimit>>
  readonly platforms?: readonly string[]
}

export type Ulimit = number | { readonly soft: number; readonly hard: number }

export interface Update {
  readonly parallelism?: number
  readonly delay?: string
  readonly failure_action?: 'continue' | 'rollback' | 'pause'
  readonly monitor?: string
  readonly max_failure_ratio?: number
  readonly order?: 'start-first' | 'stop-first'
}

export interface Deploy {
  readonly mode?: 'replicated' | 'global' | 'replicated-job' | 'global-job'
  readonly endpoint_mode?: 'vip' | 'dnsrr'
  readonly replicas?: number
  readonly labels?: Readonly<Record<string, string | null>>
  readonly placement?: Readonly<Record<string, Json>>
  readonly resources?: {
    readonly limits?: { readonly cpus?: string; readonly memory?: string; readonly pids?: number }
    readonly reservations?: {
      readonly cpus?: string
      readonly memory?: string
      readonly generic_resources?: readonly Json[]
      readonly devices?: readonly DeviceRequest[]
    }
  }
  readonly restart_policy?: {
    readonly condition?: 'none' | 'on-failure' | 'any'
    readonly delay?: string
    readonly max_attempts?: number
    readonly window?: string
  }
  readonly update_config?: Update
  readonly rollback_config?: Update
}

export interface DeviceRequest {
  readonly capabilities?: readonly string[]
  readonly driver?: string
  readonly count?: number | 'all'
  readonly device_ids?: readonly string[]
  readonly options?: Readonly<Record<string, string | null>>
}

export interface Hook {
  readonly command: readonly string[]
  readonly user?: string
  readonly privileged?: boolean
  readonly working_dir?: string
  readonly environment?: Readonly<Record<string, string | null>>
}

export interface WatchRule {
  readonly path: string
  readonly action: 'sync' | 'rebuild' | 'restart' | 'sync+restart' | 'sync+exec'
  readonly target?: string
  readonly ignore?: readonly string[]
  readonly include?: readonly string[]
  readonly initial_sync?: boolean
  readonly exec?: Hook
}

/** A service (spec 05). Sizes are bytes as text, durations are as they were written. */
export interface Service {
  readonly name: string
  readonly annotations?: Readonly<Record<string, string | null>>
  readonly attach?: boolean
  readonly blkio_config?: Readonly<Record<string, Json>>
  readonly build?: Build
  readonly cap_add?: readonly string[]
  readonly cap_drop?: readonly string[]
  readonly cgroup?: 'host' | 'private'
  readonly cgroup_parent?: string
  readonly command?: readonly string[] | null
  readonly configs?: readonly Grant[]
  readonly container_name?: string
  readonly cpu_count?: number
  readonly cpu_percent?: number
  readonly cpu_period?: string
  readonly cpu_quota?: string
  readonly cpu_rt_period?: string
  readonly cpu_rt_runtime?: string
  readonly cpu_shares?: number
  readonly cpus?: number
  readonly cpuset?: string
  readonly credential_spec?: Readonly<Record<string, string>>
  readonly depends_on?: Readonly<Record<string, Dependency>>
  readonly deploy?: Deploy
  readonly develop?: { readonly watch?: readonly WatchRule[] } | null
  readonly device_cgroup_rules?: readonly string[]
  readonly devices?: readonly {
    readonly source: string
    readonly target?: string
    readonly permissions?: string
  }[]
  readonly dns?: readonly string[]
  readonly dns_opt?: readonly string[]
  readonly dns_search?: readonly string[]
  readonly domainname?: string
  readonly entrypoint?: readonly string[] | null
  readonly environment?: Readonly<Record<string, string | null>>
  readonly expose?: readonly string[]
  readonly external_links?: readonly string[]
  readonly extra_hosts?: Readonly<Record<string, readonly string[]>>
  readonly gpus?: 'all' | readonly DeviceRequest[]
  readonly group_add?: readonly string[]
  readonly healthcheck?: Healthcheck
  readonly hostname?: string
  readonly image?: string
  readonly init?: boolean
  readonly ipc?: string
  readonly isolation?: string
  readonly labels?: Readonly<Record<string, string | null>>
  readonly links?: readonly string[]
  readonly logging?: { readonly driver?: string; readonly options?: Readonly<Record<string, string | null>> }
  readonly mac_address?: string
  readonly mem_limit?: string
  readonly mem_reservation?: string
  readonly mem_swappiness?: number
  readonly memswap_limit?: string
  readonly models?: Readonly<Record<string, Readonly<Record<string, string>> | null>>
  readonly network_mode?: string
  readonly networks?: Readonly<Record<string, Attachment | null>>
  readonly oom_kill_disable?: boolean
  readonly oom_score_adj?: number
  readonly pid?: string
  readonly pids_limit?: number
  readonly platform?: string
  readonly ports?: readonly Port[]
  readonly post_start?: readonly Hook[]
  readonly pre_start?: readonly Hook[]
  readonly pre_stop?: readonly Hook[]
  readonly privileged?: boolean
  readonly profiles?: readonly string[]
  readonly provider?: { readonly type: string; readonly options?: Readonly<Record<string, Json>> }
  readonly pull_policy?: string
  readonly pull_refresh_after?: string
  readonly read_only?: boolean
  readonly restart?: string
  readonly runtime?: string
  readonly scale?: number
  readonly secrets?: readonly Grant[]
  readonly security_opt?: readonly string[]
  readonly shm_size?: string
  readonly stdin_open?: boolean
  readonly stop_grace_period?: string
  readonly stop_signal?: string
  readonly storage_opt?: Readonly<Record<string, string>>
  readonly sysctls?: Readonly<Record<string, string | null>>
  readonly tmpfs?: readonly string[]
  readonly tty?: boolean
  readonly ulimits?: Readonly<Record<string, Ulimit>>
  readonly use_api_socket?: boolean
  readonly user?: string
  readonly userns_mode?: string
  readonly uts?: 'host'
  readonly volumes?: readonly Mount[]
  readonly volumes_from?: readonly string[]
  readonly working_dir?: string
}

/** `name` is the name on the engine. */
export interface Network {
  readonly name: string
  readonly attachable?: boolean
  readonly driver?: string
  readonly driver_opts?: Readonly<Record<string, string>>
  readonly enable_ipv4?: boolean
  readonly enable_ipv6?: boolean
  readonly external?: boolean
  readonly internal?: boolean
  readonly ipam?: {
    readonly driver?: string
    readonly config?: readonly {
      readonly subnet?: string
      readonly ip_range?: string
      readonly gateway?: string
      readonly aux_addresses?: Readonly<Record<string, string>>
    }[]
    readonly options?: Readonly<Record<string, string>>
  }
  readonly labels?: Readonly<Record<string, string | null>>
}

/** `name` is the name on the engine. */
export interface Volume {
  readonly name: string
  readonly driver?: string
  readonly driver_opts?: Readonly<Record<string, string>>
  readonly external?: boolean
  readonly labels?: Readonly<Record<string, string | null>>
}

/** A secret or a config: exactly one of file, environment, content and external says where it is. */
export interface Source {
  readonly name: string
  readonly file?: string
  readonly environment?: string
  readonly content?: string
  readonly external?: boolean
  readonly labels?: Readonly<Record<string, string | null>>
  readonly driver?: string
  readonly driver_opts?: Readonly<Record<string, string>>
  readonly template_driver?: string
}

export interface Project {
  readonly name: string
  /** Absolute: what relative paths were relative to. */
  readonly directory: string
  /** The compose files, absolute, in the order in which they were merged. */
  readonly files: readonly string[]
  /** Services that belong to the project with the profiles asked for. */
  readonly services: Readonly<Record<string, Service>>
  /** Services of other profiles. */
  readonly disabled: Readonly<Record<string, Service>>
  readonly networks: Readonly<Record<string, Network>>
  readonly volumes: Readonly<Record<string, Volume>>
  readonly configs: Readonly<Record<string, Source>>
  readonly secrets: Readonly<Record<string, Source>>
  readonly models: Readonly<Record<string, Json>>
  /** Everything that begins with `x-` at the top. */
  readonly extensions: Readonly<Record<string, Json>>
}

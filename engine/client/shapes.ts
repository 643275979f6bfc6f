/**
 * The parts of Docker's answers that the application reads (Docker Engine API 1.24 to 1.51). What an engine may leave
 * out is optional here, whatever the swagger says: old dockerds, podman and 1.52 each leave out something else.
 */

export interface Version {
  readonly Version: string
  readonly ApiVersion: string
  readonly MinAPIVersion?: string
  readonly Os: string
  readonly Arch: string
  readonly KernelVersion?: string
  readonly Platform?: { readonly Name: string }
  readonly Components?: readonly { readonly Name: string; readonly Version: string }[]
}

export interface Info {
  readonly ID?: string
  readonly Name?: string
  readonly ServerVersion?: string
  readonly OperatingSystem?: string
  readonly KernelVersion?: string
  readonly Architecture?: string
  readonly NCPU?: number
  readonly MemTotal?: number
  readonly Driver?: string
  readonly DockerRootDir?: string
  readonly SecurityOptions?: readonly string[] | null
  readonly Warnings?: readonly string[] | null
  readonly Swarm?: { readonly LocalNodeState?: string }
}

export interface PortSummary {
  readonly IP?: string
  readonly PrivatePort: number
  readonly PublicPort?: number
  readonly Type: string
}

/** GET /containers/json, an item. */
export interface ContainerSummary {
  readonly Id: string
  readonly Names: readonly string[] | null
  readonly Image: string
  readonly ImageID: string
  readonly Command: string
  /** Seconds since 1970. */
  readonly Created: number
  readonly State: string
  readonly Status: string
  readonly Ports: readonly PortSummary[] | null
  readonly Labels: Readonly<Record<string, string>> | null
  readonly Mounts?: readonly MountPoint[] | null
}

export interface MountPoint {
  readonly Type: string
  readonly Name?: string
  readonly Source: string
  readonly Destination: string
  readonly RW: boolean
}

/** State in GET /containers/{id}/json. Absent times are "0001-01-01T00:00:00Z". */
export interface ContainerStateShape {
  readonly Status: string
  readonly Running: boolean
  readonly Paused: boolean
  readonly Restarting: boolean
  readonly OOMKilled: boolean
  readonly Dead?: boolean
  readonly Pid?: number
  readonly ExitCode: number
  readonly Error?: string
  readonly StartedAt: string
  readonly FinishedAt: string
  readonly Health?: { readonly Status: string } | null
}

export interface PortBinding {
  readonly HostIp?: string
  readonly HostPort?: string
}

/** GET /containers/{id}/json. */
export interface ContainerInspect {
  readonly Id: string
  readonly Name: string
  readonly Created: string
  readonly Path: string
  readonly Args: readonly string[] | null
  readonly Image: string
  readonly State: ContainerStateShape
  readonly RestartCount?: number
  readonly Config: {
    readonly Hostname?: string
    readonly User?: string
    readonly Tty: boolean
    readonly OpenStdin?: boolean
    readonly Env: readonly string[] | null
    readonly Cmd: readonly string[] | null
    readonly Entrypoint: readonly string[] | null
    readonly Image: string
    readonly WorkingDir?: string
    readonly Labels: Readonly<Record<string, string>> | null
  }
  readonly HostConfig: {
    readonly AutoRemove?: boolean
    readonly NetworkMode?: string
    readonly RestartPolicy?: { readonly Name: string; readonly MaximumRetryCount?: number }
    readonly PortBindings?: Readonly<Record<string, readonly PortBinding[] | null>> | null
  }
  readonly Mounts: readonly MountPoint[] | null
  readonly NetworkSettings: {
    readonly Ports?: Readonly<Record<string, readonly PortBinding[] | null>> | null
    readonly Networks?: Readonly<
      Record<string, { readonly IPAddress?: string; readonly Aliases?: readonly string[] | null }>
    > | null
  }
}

/** POST /containers/create: what the application sends. */
export interface ContainerCreate {
  readonly Image: string
  readonly Cmd?: readonly string[]
  readonly Entrypoint?: readonly string[]
  readonly Env?: readonly string[]
  readonly Hostname?: string
  readonly User?: string
  readonly WorkingDir?: string
  readonly Tty?: boolean
  readonly OpenStdin?: boolean
  readonly AttachStdin?: boolean
  readonly Labels?: Readonly<Record<string, string>>
  readonly ExposedPorts?: Readonly<Record<string, Record<string, never>>>
  readonly HostConfig: {
    readonly Binds?: readonly string[]
    readonly PortBindings?: Readonly<Record<string, readonly PortBinding[]>>
    readonly NetworkMode?: string
    readonly RestartPolicy?: { readonly Name: string }
    readonly AutoRemove?: boolean
    readonly ReadonlyRootfs?: boolean
    readonly Memory?: number
    readonly NanoCpus?: number
  }
}

/** GET /containers/{id}/stats, one sample. */
export interface StatsSample {
  readonly read: string
  readonly cpu_stats: CpuStats
  readonly precpu_stats?: Partial<CpuStats>
  readonly memory_stats: {
    readonly usage?: number
    readonly limit?: number
    readonly stats?: Readonly<Record<string, number>>
  }
}

export interface CpuStats {
  /** Nanoseconds. */
  readonly cpu_usage: { readonly total_usage: number }
  /** Nanoseconds of all processors together. */
  readonly system_cpu_usage?: number
  readonly online_cpus?: number
}

/** GET /images/json, an item. */
export interface ImageSummary {
  readonly Id: string
  readonly RepoTags: readonly string[] | null
  readonly RepoDigests: readonly string[] | null
  /** Seconds since 1970. */
  readonly Created: number
  readonly Size: number
  readonly Labels: Readonly<Record<string, string>> | null
}

/** GET /images/{name}/json. */
export interface ImageInspect {
  readonly Id: string
  readonly RepoTags: readonly string[] | null
  readonly RepoDigests: readonly string[] | null
  readonly Created?: string
  readonly Author?: string
  readonly Architecture: string
  readonly Variant?: string
  readonly Os: string
  readonly Size: number
  readonly Config: {
    readonly Cmd?: readonly string[] | null
    readonly Entrypoint?: readonly string[] | null
    readonly Env?: readonly string[] | null
    readonly WorkingDir?: string
    readonly User?: string
    readonly ExposedPorts?: Readonly<Record<string, unknown>> | null
    readonly Volumes?: Readonly<Record<string, unknown>> | null
    readonly Labels?: Readonly<Record<string, string>> | null
  } | null
}

/** GET /images/{name}/history, an item; the newest first. */
export interface ImageHistoryItem {
  readonly Id: string
  readonly Created: number
  readonly CreatedBy: string
  readonly Size: number
}

/** A line of POST /images/create. */
export interface PullProgress {
  readonly status?: string
  readonly id?: string
  readonly progressDetail?: { readonly current?: number; readonly total?: number }
  readonly error?: string
  readonly errorDetail?: { readonly message?: string; readonly code?: number }
}

export interface ImageDeleteItem {
  readonly Untagged?: string
  readonly Deleted?: string
}

export interface VolumeShape {
  readonly Name: string
  readonly Driver: string
  readonly Mountpoint: string
  readonly CreatedAt?: string
  readonly Labels: Readonly<Record<string, string>> | null
}

export interface NetworkShape {
  readonly Id: string
  readonly Name: string
  readonly Driver: string
}

/** A line of GET /events. */
export interface EngineEvent {
  readonly Type: string
  readonly Action: string
  readonly Actor: { readonly ID: string; readonly Attributes: Readonly<Record<string, string>> | null }
  readonly time: number
  readonly timeNano: number
}

export interface ExecInspect {
  readonly Running: boolean
  readonly ExitCode: number | null
}

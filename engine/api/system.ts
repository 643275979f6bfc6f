/** Wire types of the system calls: version, info, disk usage, errors. */
import type { ContainerSummary } from './container.ts'
import type { ImageSummary } from './image.ts'
import type { Volume } from './volume.ts'

/** Body of every answer with a status of 400 and above. */
export interface ErrorBody {
  readonly message: string
}

/** Answer of GET /version. */
export interface VersionInfo {
  readonly Platform: { readonly Name: string }
  readonly Components: readonly {
    readonly Name: string
    readonly Version: string
    readonly Details: Readonly<Record<string, string>>
  }[]
  readonly Version: string
  readonly ApiVersion: string
  readonly MinAPIVersion: string
  readonly GitCommit: string
  readonly GoVersion: string
  readonly Os: string
  readonly Arch: string
  readonly KernelVersion: string
  readonly Experimental?: boolean
  readonly BuildTime: string
}

/** Answer of GET /info. Sizes in bytes. */
export interface SystemInfo {
  readonly ID: string
  readonly Containers: number
  readonly ContainersRunning: number
  readonly ContainersPaused: number
  readonly ContainersStopped: number
  readonly Images: number
  readonly Driver: string
  readonly DriverStatus: readonly (readonly [string, string])[]
  readonly SystemStatus: null
  readonly Plugins: {
    readonly Volume: readonly string[]
    readonly Network: readonly string[]
    readonly Authorization: readonly string[] | null
    readonly Log: readonly string[]
  }
  readonly MemoryLimit: boolean
  readonly SwapLimit: boolean
  readonly KernelMemoryTCP?: boolean
  readonly CpuCfsPeriod: boolean
  readonly CpuCfsQuota: boolean
  readonly CPUShares: boolean
  readonly CPUSet: boolean
  readonly PidsLimit: boolean
  readonly IPv4Forwarding: boolean
  readonly BridgeNfIptables?: boolean
  readonly BridgeNfIp6tables?: boolean
  readonly Debug: boolean
  readonly NFd: number
  readonly OomKillDisable: boolean
  readonly NGoroutines: number
  readonly SystemTime: string
  readonly LoggingDriver: string
  readonly CgroupDriver: string
  readonly CgroupVersion?: string
  readonly NEventsListener: number
  readonly KernelVersion: string
  readonly OperatingSystem: string
  readonly OSVersion: string
  readonly OSType: string
  readonly Architecture: string
  readonly IndexServerAddress: string
  readonly RegistryConfig: Readonly<Record<string, unknown>>
  readonly NCPU: number
  readonly MemTotal: number
  readonly GenericResources: null
  readonly DockerRootDir: string
  readonly HttpProxy: string
  readonly HttpsProxy: string
  readonly NoProxy: string
  readonly Name: string
  readonly Labels: readonly string[]
  readonly ExperimentalBuild: boolean
  readonly ServerVersion: string
  readonly Runtimes: Readonly<Record<string, { readonly path: string }>>
  readonly DefaultRuntime: string
  readonly Swarm: {
    readonly NodeID: string
    readonly NodeAddr: string
    readonly LocalNodeState: string
    readonly ControlAvailable: boolean
    readonly Error: string
    readonly RemoteManagers: null
  }
  readonly LiveRestoreEnabled: boolean
  readonly Isolation: string
  readonly InitBinary: string
  readonly ContainerdCommit: { readonly ID: string; readonly Expected?: string }
  readonly RuncCommit: { readonly ID: string; readonly Expected?: string }
  readonly InitCommit: { readonly ID: string; readonly Expected?: string }
  readonly ProductLicense: string
  /** Folders of the Container Device Interface (API 1.46). */
  readonly CDISpecDirs: readonly string[]
  readonly DefaultAddressPools?: readonly { readonly Base: string; readonly Size: number }[]
  /** API 1.49. */
  readonly FirewallBackend: { readonly Driver: string }
  readonly SecurityOptions: readonly string[]
  readonly Warnings: readonly string[] | null
}

/** What `type` of GET /system/df may be (API 1.42). */
export type DiskUsageKind = 'container' | 'image' | 'volume' | 'build-cache'

/** Answer of GET /system/df up to API 1.51. Bytes; null is what was not asked for. */
export interface DiskUsage {
  readonly LayersSize: number
  readonly Images: readonly ImageSummary[] | null
  readonly Containers: readonly ContainerSummary[] | null
  readonly Volumes: readonly Volume[] | null
  readonly BuildCache: readonly BuildCacheItem[] | null
  /** Only below API 1.42. */
  readonly BuilderSize?: number
}

/** One record of the builder's cache. */
export interface BuildCacheItem {
  readonly ID: string
  readonly Parents: readonly string[] | null
  readonly Type: string
  readonly Description: string
  readonly InUse: boolean
  readonly Shared: boolean
  readonly Size: number
  readonly CreatedAt: string
  readonly LastUsedAt: string | null
  readonly UsageCount: number
}

/** Answer of POST /build/prune. */
export interface BuildPruned {
  readonly CachesDeleted: readonly string[] | null
  readonly SpaceReclaimed: number
}

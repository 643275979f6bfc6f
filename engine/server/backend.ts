/**
 * What the server needs of an engine, in its own words. The daemon satisfies these interfaces; only main.ts knows
 * both. Every method that names an object throws `EngineError('not-found')` when it is not there, before any
 * stream is handed out.
 */
import type { Readable, Writable } from 'node:stream'
import type {
  ContainerConfig,
  ContainerCreateRequest,
  ContainerCreateResponse,
  ContainerInspect,
  ContainersPruned,
  ContainerTop,
  ContainerUpdateRequest,
  ContainerUpdateResponse,
  ContainerWaitResponse,
  WaitCondition,
} from '../api/container.ts'
import type { FileChange, PathStat } from '../api/container-files.ts'
import type { ExecCreateRequest, ExecInspect, ExecStartRequest } from '../api/exec.ts'
import type { DistributionInspect, ImageInspect, ImageSearchResult, ImageSummary } from '../api/image.ts'
import type { LongshoreCapabilities } from '../api/longshore/capabilities.ts'
import type { HostCheckLine } from '../api/longshore/host-check.ts'
import type { PortHolder } from '../api/longshore/port-owner.ts'
import type { PrunePlan, PruneRequest, PruneResult } from '../api/longshore/prune.ts'
import type { RegistryInspection, RegistryRepositories, RegistryTags } from '../api/longshore/registries.ts'
import type {
  EndpointSettings,
  NetworkCreateRequest,
  NetworkCreateResponse,
  NetworkInspect,
} from '../api/network.ts'
import type { ContainerStats } from '../api/stats.ts'
import type { DiskUsage, DiskUsageKind, SystemInfo, VersionInfo } from '../api/system.ts'
import type { Volume, VolumeCreateRequest, VolumeList, VolumesPruned } from '../api/volume.ts'
import type { BuildsBackend, OwnBuildsBackend } from './builds-backend.ts'

/** Filters of a list: what each named filter may be. Both of Docker's JSON shapes come in as this. */
export type Filters = ReadonlyMap<string, readonly string[]>

export interface ContainerListQuery {
  readonly all: boolean
  readonly limit: number
  readonly size: boolean
  readonly filters: Filters
}

/** Options of the log endpoint. `since` and `until` are Unix seconds with a fraction, as text; empty is unset. */
export interface LogQuery {
  readonly stdout: boolean
  readonly stderr: boolean
  readonly follow: boolean
  readonly timestamps: boolean
  /** Put before each line what the log driver's options name. */
  readonly details: boolean
  readonly since: string
  readonly until: string
  /** A count as text; `all` or empty is everything. */
  readonly tail: string
}

export interface AttachQuery {
  readonly stdin: boolean
  readonly stdout: boolean
  readonly stderr: boolean
  /** Replay what was written before. */
  readonly logs: boolean
  readonly stream: boolean
  readonly detachKeys: string
}

/** Output of a container: raw bytes of a terminal, else 8-byte frames. Destroying it frees what stands behind it. */
export interface OutputStream {
  readonly terminal: boolean
  readonly output: Readable
}

/** A live two-way connection. Ending `input` half-closes stdin; `detach` lets go without touching the process. */
export interface DuplexStream extends OutputStream {
  readonly input: Writable | null
  detach(): void
}

export interface ContainersBackend {
  /** The list as JSON text: rows are kept ready, so that a long list costs little. */
  list(query: ContainerListQuery): Promise<string>
  create(
    name: string | undefined,
    request: ContainerCreateRequest,
    platform: string,
  ): Promise<ContainerCreateResponse>
  inspect(name: string, options: { readonly size: boolean }): Promise<ContainerInspect>
  start(name: string): Promise<void>
  /** `timeout` in seconds; undefined is the container's own. */
  stop(name: string, options: { readonly timeout?: number; readonly signal?: string }): Promise<void>
  restart(name: string, options: { readonly timeout?: number; readonly signal?: string }): Promise<void>
  kill(name: string, signal: string): Promise<void>
  remove(name: string, options: { readonly force: boolean; readonly volumes: boolean }): Promise<void>
  rename(name: string, to: string): Promise<void>
  update(name: string, request: ContainerUpdateRequest): Promise<ContainerUpdateResponse>
  pause(name: string): Promise<void>
  unpause(name: string): Promise<void>
  /** The condition is armed when this returns; `result` resolves when it holds. */
  wait(
    name: string,
    condition: WaitCondition,
    signal: AbortSignal,
  ): { readonly result: Promise<ContainerWaitResponse> }
  logs(name: string, query: LogQuery): Promise<OutputStream>
  attach(name: string, query: AttachQuery): Promise<DuplexStream>
  resize(name: string, rows: number, cols: number): Promise<void>
  top(name: string, psArgs: string): Promise<ContainerTop>
  /** One sample a second, or one alone. */
  stats(
    name: string,
    options: { readonly stream: boolean; readonly oneShot: boolean },
    signal: AbortSignal,
  ): AsyncIterable<ContainerStats>
  prune(filters: Filters): Promise<ContainersPruned>
}

/** Containers' files. Paths are the container's own; no link in it leads to another's or the host's. */
export interface ContainerFilesBackend {
  stat(name: string, path: string): Promise<PathStat>
  /** What is there as a tar, whether the container runs or not. */
  read(
    name: string,
    path: string,
  ): Promise<{ readonly stat: PathStat; readonly tar: AsyncIterable<Uint8Array> }>
  /** Unpacks `body` (a tar, compressed or not) into the directory at `path`. */
  write(
    name: string,
    path: string,
    options: { readonly noOverwriteDirNonDir: boolean; readonly copyUidGid: boolean },
    body: Readable,
  ): Promise<void>
  changes(name: string): Promise<readonly FileChange[]>
  /** Makes an image of what the container has changed; durable when it resolves. */
  commit(options: {
    readonly container: string
    readonly repo: string
    readonly tag: string
    readonly comment: string
    readonly author: string
    readonly pause: boolean
    readonly changes: readonly string[]
    readonly config: Partial<ContainerConfig> | null
  }): Promise<{ readonly Id: string }>
  /** The whole root filesystem without mounts, as a tar. */
  export(name: string): Promise<AsyncIterable<Uint8Array>>
}

export interface ExecsBackend {
  create(container: string, request: ExecCreateRequest): Promise<{ readonly Id: string }>
  /** With `Detach` resolves to null once it runs. A program that cannot be run is told in the stream, as Docker does. */
  start(
    id: string,
    request: ExecStartRequest,
  ): Promise<{ readonly terminal: boolean; readonly stream: Promise<DuplexStream> } | null>
  resize(id: string, rows: number, cols: number): Promise<void>
  inspect(id: string): ExecInspect
}

export interface VolumesBackend {
  create(request: VolumeCreateRequest): Promise<Volume>
  inspect(name: string): Volume
  list(filters: Filters): VolumeList
  remove(name: string, options: { readonly force: boolean }): Promise<void>
  prune(filters: Filters): Promise<VolumesPruned>
}

export interface NetworksBackend {
  list(filters: Filters): readonly NetworkInspect[]
  inspect(name: string): NetworkInspect
  create(request: NetworkCreateRequest): Promise<NetworkCreateResponse>
  connect(name: string, container: string, asked: Partial<EndpointSettings>): Promise<void>
  disconnect(name: string, container: string, options: { readonly force: boolean }): Promise<void>
  remove(name: string): Promise<void>
  prune(filters: Filters): Promise<{ readonly NetworksDeleted: readonly string[] | null }>
}

/** Body of POST /auth. */
export interface RegistryAccount {
  readonly username?: string
  readonly password?: string
  readonly identitytoken?: string
  readonly serveraddress?: string
}

/** Who asks a registry, and until when. `auth` is the X-Registry-Auth header, or empty. */
export interface RegistryAsking {
  readonly auth: string
  readonly signal: AbortSignal
}

/** Registries, seen without pulling. */
export interface RegistriesBackend {
  /** Whether a registry takes an account. Throws when it does not, or does not answer. */
  auth(account: RegistryAccount): Promise<{ readonly Status: string; readonly IdentityToken: string }>
  distribution(name: string, asking: RegistryAsking): Promise<DistributionInspect>
  search(
    query: { readonly term: string; readonly limit: number | undefined; readonly filters: Filters },
    asking: RegistryAsking,
  ): Promise<readonly ImageSearchResult[]>
  repositories(
    domain: string,
    page: { readonly last: string; readonly limit: number | undefined },
    asking: RegistryAsking,
  ): Promise<RegistryRepositories>
  tags(domain: string, repository: string, asking: RegistryAsking): Promise<RegistryTags>
  inspect(
    domain: string,
    repository: string,
    reference: string,
    asking: RegistryAsking,
  ): Promise<RegistryInspection>
}

/**
 * Images answer in Docker's JSON; progress comes as JSON lines. Where a platform is asked for it is as it came, JSON
 * (`{"os": "linux", ...}`) but for pull and import (`linux/arm64`); empty is none.
 */
export interface ImagesBackend {
  list(query: {
    readonly all: boolean
    readonly sharedSize: boolean
    readonly descriptors: boolean
    readonly manifests: boolean
    readonly filters: Filters
  }): Promise<readonly ImageSummary[]>
  inspect(
    name: string,
    options: { readonly manifests: boolean; readonly platform: string },
  ): Promise<ImageInspect>
  history(name: string, platform: string): Promise<unknown>
  tag(name: string, repo: string, tag: string): Promise<void>
  remove(
    name: string,
    options: { readonly force: boolean; readonly noprune: boolean; readonly platforms: readonly string[] },
  ): Promise<unknown>
  prune(filters: Filters): Promise<unknown>
  /** Progress lines, each a JSON value. Rejects before the first when nothing was begun. */
  pull(
    request: {
      readonly fromImage: string
      readonly tag: string
      readonly platform: string
      readonly auth: string
    },
    signal: AbortSignal,
  ): AsyncIterable<unknown>
  /** Progress lines; what fails is told in them. Throws for a name that is none. */
  push(
    request: {
      readonly name: string
      readonly tag: string
      readonly platform: string
      readonly auth: string
    },
    signal: AbortSignal,
  ): AsyncIterable<unknown>
  import(
    request: {
      readonly source: string
      readonly repo: string
      readonly tag: string
      readonly message: string
      readonly changes: readonly string[]
      readonly platform: string
    },
    body: Readable,
    signal: AbortSignal,
  ): AsyncIterable<unknown>
  /** Progress lines of what an archive holds; `body` may be compressed. */
  load(query: { readonly quiet: boolean }, body: Readable, signal: AbortSignal): AsyncIterable<unknown>
  /** A tar of the images. Throws before its first byte when one is unknown. */
  save(names: readonly string[], platform: string): AsyncIterable<Uint8Array>
}

export interface SystemBackend {
  version(): VersionInfo
  info(): Promise<SystemInfo>
  /** JSON lines of events; ends at `until`, else when destroyed. */
  events(query: { readonly since: string; readonly until: string; readonly filters: Filters }): Readable
  /** Without `kinds`, of everything. */
  diskUsage(kinds?: ReadonlySet<DiskUsageKind>): Promise<DiskUsage>
  capabilities(): LongshoreCapabilities
  /** What this host allows engines of root and of users. */
  checkHost(): Promise<readonly HostCheckLine[]>
  portOwner(port: number, protocol: 'tcp' | 'udp'): Promise<PortHolder>
}

/** Pruning by a plan, beside Docker's API. */
export interface PruneBackend {
  plan(query: {
    readonly containers: boolean
    readonly networks: boolean
    readonly volumes: 'none' | 'anonymous' | 'all'
    readonly images: 'none' | 'dangling' | 'unused'
    readonly filters: Filters
  }): Promise<PrunePlan>
  apply(request: PruneRequest): Promise<PruneResult>
}

/** Everything that is served. */
export interface Backend {
  readonly containers: ContainersBackend
  readonly files: ContainerFilesBackend
  readonly execs: ExecsBackend
  readonly images: ImagesBackend
  readonly registries: RegistriesBackend
  readonly volumes: VolumesBackend
  readonly networks: NetworksBackend
  readonly system: SystemBackend
  readonly builds: BuildsBackend
  readonly ownBuilds: OwnBuildsBackend
  readonly prune: PruneBackend
}

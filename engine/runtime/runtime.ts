/**
 * What a runtime does: turns a spec and a root filesystem into a supervised process that outlives the engine.
 * The daemon depends on these interfaces; `conmon-runtime.ts` implements them with crun (or runc) and conmon.
 * The truth of an exit is the supervisor's exit file, never this process's memory.
 */
import type { Readable, Writable } from 'node:stream'
import type { Abilities } from './abilities.ts'

/** A process to run, with everything resolved but the user's name (looked up in the rootfs's own files). */
export interface ProcessSettings {
  readonly args: readonly string[]
  readonly env: readonly string[]
  readonly cwd: string
  /** `name`, `uid`, `name:group`, `uid:gid`; empty is root. */
  readonly user: string
  readonly groupAdd: readonly string[]
  readonly terminal: boolean
  /** First size of the terminal in characters. */
  readonly consoleSize?: { readonly rows: number; readonly cols: number }
  readonly privileged: boolean
  /** Added to and dropped from Docker's 14; `ALL` allowed. */
  readonly capAdd: readonly string[]
  readonly capDrop: readonly string[]
  readonly noNewPrivileges: boolean
  /** Name of an AppArmor profile that the kernel has. */
  readonly apparmorProfile?: string
  readonly ulimits: readonly { readonly name: string; readonly soft: number; readonly hard: number }[]
  readonly oomScoreAdj?: number
}

/** One mount inside the container. `source` is absolute on the host for `bind`. */
export interface MountSettings {
  readonly type: 'bind' | 'tmpfs' | 'overlay'
  readonly source: string
  readonly destination: string
  readonly readOnly: boolean
  readonly propagation?: 'private' | 'rprivate' | 'shared' | 'rshared' | 'slave' | 'rslave'
  readonly nonRecursive?: boolean
  /** Read-only, but not what is mounted below the source. */
  readonly readOnlyTopOnly?: boolean
  /** Extra mount options, such as `size=64m,mode=1777` split at commas. */
  readonly options?: readonly string[]
}

/** Limits; undefined is no limit. Bytes, CPU in nanoseconds per period, pids as a count. */
export interface ResourceSettings {
  readonly memoryBytes?: number
  readonly memorySwapBytes?: number
  readonly memoryReservationBytes?: number
  readonly nanoCpus?: number
  readonly cpuShares?: number
  readonly cpuQuota?: number
  readonly cpuPeriod?: number
  readonly cpusetCpus?: string
  readonly cpusetMems?: string
  readonly pidsLimit?: number
  /** 0 to 100; cgroup v1 alone. */
  readonly memorySwappiness?: number
  readonly oomKillDisable?: boolean
  /** Microseconds. */
  readonly cpuRealtimePeriod?: number
  readonly cpuRealtimeRuntime?: number
  readonly blockIo?: BlockIoSettings
}

/** A limit of one block device: bytes or operations a second. */
export interface DeviceRate {
  readonly path: string
  readonly rate: number
}

/** Limits of disk traffic. A weight is 10 to 1000. */
export interface BlockIoSettings {
  readonly weight?: number
  readonly weightDevices?: readonly { readonly path: string; readonly weight: number }[]
  readonly readBps?: readonly DeviceRate[]
  readonly writeBps?: readonly DeviceRate[]
  readonly readIops?: readonly DeviceRate[]
  readonly writeIops?: readonly DeviceRate[]
}

/** Devices that may be opened beside the default ones, whether a node of them exists or not. */
export interface DeviceRule {
  readonly type: 'a' | 'b' | 'c'
  /** Undefined is every one. */
  readonly major?: number
  readonly minor?: number
  readonly access: string
}

/** Where a namespace comes from. `path` must be valid inside the engine's own mount namespace. */
export type NamespaceSettings =
  | { readonly kind: 'private' }
  | { readonly kind: 'host' }
  | { readonly kind: 'path'; readonly path: string }

/** Everything the runtime needs to make a container's process. Values of OCI, not of Docker's API. */
export interface ContainerSettings {
  readonly id: string
  readonly name: string
  /** The mounted root filesystem, absolute. */
  readonly rootfs: string
  readonly readOnlyRootfs: boolean
  readonly hostname: string
  /** The process's environment does not name it. */
  readonly unnamedHost?: boolean
  readonly domainname?: string
  readonly process: ProcessSettings
  readonly init: boolean
  readonly mounts: readonly MountSettings[]
  readonly network: NamespaceSettings
  readonly ipc: NamespaceSettings
  readonly pid: NamespaceSettings
  readonly uts: NamespaceSettings
  /** The user namespace by a path, and who its root is on the host; null is the engine's own. */
  readonly userns: { readonly path: string; readonly uid: number; readonly gid: number } | null
  readonly cgroup: NamespaceSettings
  readonly cgroupParent?: string
  readonly resources: ResourceSettings
  readonly devices: readonly {
    readonly host: string
    readonly container: string
    readonly permissions: string
  }[]
  readonly deviceRules: readonly DeviceRule[]
  readonly annotations: Readonly<Record<string, string>>
  readonly sysctls: Readonly<Record<string, string>>
  readonly shmSizeBytes: number
  /** `shareable`: others may have it too, by `of` and this container's id. */
  readonly shm:
    | { readonly kind: 'own' | 'shareable' | 'host' | 'none' }
    | { readonly kind: 'of'; readonly id: string }
  readonly maskedPaths?: readonly string[]
  readonly readonlyPaths?: readonly string[]
  readonly seccomp: 'default' | 'unconfined' | { readonly profile: unknown }
  /** Keep stdin open for attaching clients (`-i`). */
  readonly openStdin: boolean
  /** Close the container's stdin when the first attached client's ends (`StdinOnce`). */
  readonly stdinOnce: boolean
  /** Listening sockets of published ports, given to the supervisor so that they outlive the engine. */
  readonly heldFds: readonly number[]
  /** Path of the log file (k8s-file lines: `TIME stdout F text`); null to keep none. */
  readonly logPath: string | null
}

/** How a supervised process ended. `at` is from the exit file's time. */
export interface Exit {
  readonly id: string
  readonly code: number
  readonly at: Date
  readonly oomKilled: boolean
  /** Why this is no end of its own making: its supervisor was lost. */
  readonly lost?: string
}

/** What is found of a container at recovery, from files and /proc alone. */
export type Observed =
  | { readonly state: 'running'; readonly pid: number }
  | { readonly state: 'paused'; readonly pid: number }
  | { readonly state: 'created'; readonly pid: number }
  | { readonly state: 'exited'; readonly exit: Exit }
  | { readonly state: 'lost'; readonly why: string } // supervisor gone without an exit file
  | { readonly state: 'absent' }

/**
 * A live connection to a container's or exec's stdio.
 * `output`: with a terminal the raw bytes, else Docker's 8-byte stream frames ready to be piped to a client.
 * Ending `input` half-closes stdin. `detach()` closes the connection, never the process.
 */
export interface Attachment {
  readonly output: Readable
  readonly input: Writable
  detach(): void
}

/** One running exec. `exit` resolves with its code. */
export interface ExecProcess {
  readonly pid: number
  readonly exit: Promise<number>
  readonly attachment: Attachment | null
  /** Kills it and what it started in its own session, at once. Nothing happens when it has ended. */
  kill(): void
  resize(rows: number, cols: number): Promise<void>
}

/** Usage counters read from the cgroup at one moment. Bytes and nanoseconds. */
export interface Usage {
  readonly at: Date
  readonly cpuTotalNs: number
  readonly cpuKernelNs: number
  readonly cpuUserNs: number
  readonly systemCpuNs: number
  readonly onlineCpus: number
  readonly memoryBytes: number
  readonly memoryLimitBytes: number
  readonly memoryStats: Readonly<Record<string, number>>
  readonly pids: number
  readonly pidsLimit: number
  /** Of each CPU; null where the kernel does not say. */
  readonly percpuNs: readonly number[] | null
  /** Periods of the CPU quota, those in which it was used up, and the time that was waited then. */
  readonly throttled: { readonly periods: number; readonly exhausted: number; readonly timeNs: number }
  /** The most that was ever used; null where the kernel does not say. */
  readonly memoryMaxBytes: number | null
  /** How often the limit was met; null where the kernel does not say. */
  readonly memoryFailures: number | null
  /** Bytes and operations by device. */
  readonly diskBytes: readonly DiskCount[]
  readonly diskOperations: readonly DiskCount[]
}

/** `operation` as the kernel names it: Read, Write and more on cgroup v1, read and write on v2. */
export interface DiskCount {
  readonly major: number
  readonly minor: number
  readonly operation: string
  readonly value: number
}

/** What a process that is run to its end has of whoever waits for it. Its stdin is empty. */
export interface RunIo {
  /** Aborting kills it and all that it started. */
  readonly signal: AbortSignal
  /** Told of what it writes, as it comes; the next bytes wait until a promise is kept. */
  readonly output: (stream: 'stdout' | 'stderr', bytes: Uint8Array) => void | Promise<void>
  /** Files that only it sees, in memory. */
  readonly secrets?: readonly SecretFile[]
}

/** A file for one process that never comes to a disk. */
export interface SecretFile {
  /** Absolute, inside its root. */
  readonly destination: string
  readonly content: Uint8Array
  readonly mode: number
  readonly uid: number
  readonly gid: number
}

/** Runs containers. All methods throw `EngineError`; none leaves a half-made container behind. */
export interface Runtime {
  /** Bundle, supervisor and `create`: the process exists but has not started. Resolves with its pid. */
  create(settings: ContainerSettings): Promise<{ readonly pid: number }>
  /**
   * Runs a process that ends with whoever waits for it: a step of a build. Nothing of it is left when this resolves with
   * its exit code; when the engine is killed, it is too. Throws `invalid` as `start` does, `cancelled`.
   */
  runToEnd(settings: ContainerSettings, io: RunIo): Promise<number>
  /** Starts a created container's process. Throws `invalid` (command not found: message as runc's) so that the daemon can answer 127/126. */
  start(id: string): Promise<void>
  /** Sends a signal (name without SIG, or number) to the container's first process. */
  kill(id: string, signal: string | number): Promise<void>
  /** Changes the limits of a container that runs. What is left out stays. */
  update(id: string, resources: ResourceSettings): Promise<void>
  pause(id: string): Promise<void>
  resume(id: string): Promise<void>
  /** Removes the container from the runtime, its cgroups and bundle (but not `logPath`); force kills first. Idempotent. */
  delete(id: string, options: { readonly force: boolean }): Promise<void>
  /** Connects to a created or running container. Several may be attached at once. */
  attach(
    id: string,
    options: {
      readonly terminal: boolean
      readonly stdin: boolean
      readonly stdout: boolean
      readonly stderr: boolean
    },
  ): Promise<Attachment>
  resize(id: string, rows: number, cols: number): Promise<void>
  /** Tells the supervisor to reopen the log after the file was renamed. */
  reopenLog(id: string): Promise<void>
  exec(
    id: string,
    execId: string,
    process: ProcessSettings,
    options: { readonly stdin: boolean; readonly attach: boolean; readonly rootfs: string },
  ): Promise<ExecProcess>
  /** Resolves `top`: ps rows of the container's processes. */
  pids(id: string): Promise<readonly number[]>
  usage(id: string): Promise<Usage>
  observe(id: string): Promise<Observed>
  /** Every id that the runtime has anything of (bundle, supervisor, cgroup): for recovery and verify. */
  list(): Promise<readonly string[]>
  /** Called for each exit, within milliseconds of the exit file; once per exit. Returns an unsubscribe. */
  onExit(listener: (exit: Exit) => void): () => void
  /** Which limits this host can hold. */
  readonly abilities: Abilities
  /** The program in use, for `info` and `version`. */
  readonly identity: {
    readonly name: 'crun' | 'runc'
    readonly path: string
    readonly version: string
    readonly conmon: string
    readonly cgroup: 'v1' | 'hybrid' | 'v2'
    /** Why no cgroups can be made (no limits, no pause) and what to do; null where they can. */
    readonly cgroupLack: string | null
  }
  /** Stops watchers of this process. Containers go on. */
  close(): Promise<void>
}

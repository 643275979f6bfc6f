/** `HostConfig`: what a request leaves out, and what is refused. */
import type { HostConfig } from '../../api/container.ts'
import { EngineError } from '../../errors.ts'

const MINIMUM_MEMORY = 6 * 1024 * 1024

/** What a request that leaves it out gets: by the host, and by what a person has set. */
export interface HostDefaults {
  readonly cgroupnsMode: 'host' | 'private'
  readonly ipcMode: 'private' | 'shareable'
  readonly shmSizeBytes: number
  readonly logDriver: string
  readonly logOptions: Readonly<Record<string, string>>
}

/** The whole of it, with Docker's defaults. Throws `invalid` in Docker's words. */
export function completeHostConfig(asked: Partial<HostConfig>, defaults: HostDefaults): HostConfig {
  const memory = asked.Memory ?? 0
  const complete: HostConfig = {
    Binds: null,
    ContainerIDFile: '',
    PortBindings: {},
    VolumeDriver: '',
    VolumesFrom: null,
    ConsoleSize: [0, 0],
    CapAdd: null,
    CapDrop: null,
    Dns: [],
    DnsOptions: [],
    DnsSearch: [],
    ExtraHosts: null,
    GroupAdd: null,
    Cgroup: '',
    Links: null,
    OomScoreAdj: 0,
    PidMode: '',
    Privileged: false,
    PublishAllPorts: false,
    ReadonlyRootfs: false,
    SecurityOpt: null,
    UTSMode: '',
    UsernsMode: '',
    Isolation: '',
    CpuShares: 0,
    NanoCpus: 0,
    CgroupParent: '',
    BlkioWeight: 0,
    BlkioWeightDevice: [],
    BlkioDeviceReadBps: null,
    BlkioDeviceWriteBps: null,
    BlkioDeviceReadIOps: null,
    BlkioDeviceWriteIOps: null,
    CpuPeriod: 0,
    CpuQuota: 0,
    CpuRealtimePeriod: 0,
    CpuRealtimeRuntime: 0,
    CpusetCpus: '',
    CpusetMems: '',
    Devices: [],
    DeviceCgroupRules: null,
    DeviceRequests: null,
    MemoryReservation: 0,
    MemorySwappiness: null,
    OomKillDisable: false,
    PidsLimit: null,
    Ulimits: null,
    CpuCount: 0,
    CpuPercent: 0,
    IOMaximumIOps: 0,
    IOMaximumBandwidth: 0,
    MaskedPaths: null,
    ReadonlyPaths: null,
    ...dropNulls(asked),
    AutoRemove: asked.AutoRemove ?? false,
    LogConfig: logConfig(asked.LogConfig, defaults),
    NetworkMode: asked.NetworkMode || 'default',
    RestartPolicy: {
      Name: asked.RestartPolicy?.Name || 'no',
      MaximumRetryCount: asked.RestartPolicy?.MaximumRetryCount ?? 0,
    },
    CgroupnsMode: asked.CgroupnsMode || defaults.cgroupnsMode,
    IpcMode: asked.IpcMode || defaults.ipcMode,
    ShmSize: asked.ShmSize || defaults.shmSizeBytes,
    Runtime: asked.Runtime || 'runc',
    Memory: memory,
    // As Docker: a limit on memory alone lets as much again go to swap.
    MemorySwap: asked.MemorySwap || (memory > 0 ? memory * 2 : 0),
  }
  check(complete)
  return complete
}

/** Options that are set for all are for containers of that driver alone, and give way to the container's own. */
function logConfig(
  asked: HostConfig['LogConfig'] | undefined,
  defaults: HostDefaults,
): HostConfig['LogConfig'] {
  const Type = asked?.Type || defaults.logDriver
  const common = Type === defaults.logDriver ? defaults.logOptions : {}
  return { Type, Config: { ...common, ...asked?.Config } }
}

function dropNulls(asked: Partial<HostConfig>): Partial<HostConfig> {
  return Object.fromEntries(
    Object.entries(asked).filter(([, value]) => value !== null && value !== undefined),
  )
}

function check(host: HostConfig): void {
  const fail = (message: string) => new EngineError('invalid', message)
  if (host.Memory > 0 && host.Memory < MINIMUM_MEMORY) throw fail('Minimum memory limit allowed is 6MB')
  if (host.Memory > 0 && host.MemorySwap > 0 && host.MemorySwap < host.Memory) {
    throw fail('Minimum memoryswap limit should be larger than memory limit, see usage')
  }
  if (host.Memory === 0 && host.MemorySwap > 0) {
    throw fail('You should always set the Memory limit when using Memoryswap limit, see usage')
  }
  if (host.Memory > 0 && host.MemoryReservation > host.Memory) {
    throw fail('Minimum memory limit can not be less than memory reservation limit, see usage')
  }
  if (host.NanoCpus > 0 && (host.CpuPeriod > 0 || host.CpuQuota > 0)) {
    throw fail('Conflicting options: Nano CPUs and CPU Period/Quota cannot both be set')
  }
  const { Name, MaximumRetryCount } = host.RestartPolicy
  if (!['no', 'always', 'unless-stopped', 'on-failure'].includes(Name)) {
    throw fail(
      `invalid restart policy: unknown policy '${Name}'; use one of 'no', 'always', 'on-failure', or 'unless-stopped'`,
    )
  }
  if (Name !== 'on-failure' && MaximumRetryCount > 0) {
    throw fail(`invalid restart policy: maximum retry count can only be used with 'on-failure'`)
  }
  if (host.AutoRemove && Name !== 'no') {
    throw fail("can't create 'AutoRemove' container with restart policy")
  }
  if (!['runc', 'crun', 'io.containerd.runc.v2'].includes(host.Runtime)) {
    throw fail(`unknown or invalid runtime name: ${host.Runtime}`)
  }
  const log = host.LogConfig.Type
  if (!['json-file', 'local', 'none', 'k8s-file', 'journald', 'db'].includes(log)) {
    throw fail(`logger: no log driver named '${log}' is registered`)
  }
}

/** What was asked for and is not done: said at create rather than found out later. */
export function hostWarnings(host: HostConfig): string[] {
  const warnings: string[] = []
  const options = Object.keys(host.LogConfig.Config ?? {})
  if (options.length > 0) warnings.push(`Log options are not applied by this engine: ${options.join(', ')}`)
  if (host.CpuRealtimePeriod || host.CpuRealtimeRuntime)
    warnings.push('Realtime CPU limits are not applied by this engine')
  if (host.BlkioWeight) warnings.push('Block I/O weights are not applied by this engine')
  if ((host.DeviceRequests ?? []).length > 0)
    warnings.push('Device requests (GPUs) are not supported by this engine')
  return warnings
}

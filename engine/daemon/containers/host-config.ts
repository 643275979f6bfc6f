/** `HostConfig`: what a request leaves out, what is refused, and what is said of the rest. */
import type { HostConfig } from '../../api/container.ts'
import { EngineError } from '../../errors.ts'
import type { Abilities } from '../../runtime/abilities.ts'
import { checkLogConfig, logWarnings } from './logs/log-config.ts'
import { checkDevices, checkSysctls, namespaceModes } from './options/isolation.ts'
import { checkPrivileges } from './options/privileges.ts'
import { checkResources } from './options/resources.ts'
import { checkRestartPolicy } from './options/restart.ts'
import { securityOptions, securityWarnings } from './options/security.ts'

/** What a request that leaves it out gets: by the host, and by what a person has set. */
export interface HostDefaults {
  readonly cgroupnsMode: 'host' | 'private'
  readonly ipcMode: 'private' | 'shareable'
  readonly shmSizeBytes: number
  readonly logDriver: string
  readonly logOptions: Readonly<Record<string, string>>
}

/** What a host config is checked against. */
export interface HostContext {
  readonly defaults: HostDefaults
  readonly abilities: Abilities
  /** Id of a container by what people write. Throws `not-found`. */
  readonly idOf: (container: string) => string
}

/** The whole of it, with Docker's defaults, and Docker's warnings. Throws `invalid` in Docker's words. */
export function completeHostConfig(
  asked: Partial<HostConfig>,
  { defaults, abilities, idOf }: HostContext,
): { readonly host: HostConfig; readonly warnings: readonly string[] } {
  const checked = checkResources(asked, abilities, false)
  const given = { ...asked, ...checked.resources }
  const memory = given.Memory ?? 0
  const complete: HostConfig = {
    ...EMPTY,
    ...dropNulls(given),
    AutoRemove: given.AutoRemove ?? false,
    LogConfig: logConfig(given.LogConfig, defaults),
    NetworkMode: given.NetworkMode || 'default',
    RestartPolicy: {
      Name: given.RestartPolicy?.Name || 'no',
      MaximumRetryCount: given.RestartPolicy?.MaximumRetryCount ?? 0,
    },
    CgroupnsMode: given.CgroupnsMode || defaults.cgroupnsMode,
    IpcMode: given.IpcMode || defaults.ipcMode,
    ShmSize: given.ShmSize || defaults.shmSizeBytes,
    Runtime: given.Runtime || 'runc',
    Memory: memory,
    // As Docker: a limit on memory alone lets as much again go to swap.
    MemorySwap: given.MemorySwap || (memory > 0 ? memory * 2 : 0),
    MemorySwappiness: given.MemorySwappiness === -1 ? null : (given.MemorySwappiness ?? null),
  }
  const host = { ...complete, ...namespaceModes(complete, named(idOf)) }
  const security = securityOptions(host.SecurityOpt ?? [])
  check(host)
  return {
    host,
    warnings: [
      ...checked.warnings,
      ...checkPrivileges(host, abilities),
      ...securityWarnings(security, abilities),
      ...logWarnings(host.LogConfig),
      ...(host.CgroupnsMode === 'private' && !abilities.cgroupNamespace
        ? ['Your kernel does not support cgroup namespaces.  Cgroup namespace setting discarded.']
        : []),
    ],
  }
}

/** Whom a mode names must be there: that is a mistake in the request. */
function named(idOf: (container: string) => string): (container: string) => string {
  return (container) => {
    try {
      return idOf(container)
    } catch (cause) {
      throw new EngineError('invalid', (cause as Error).message, { cause })
    }
  }
}

function check(host: HostConfig): void {
  const fail = (message: string) => new EngineError('invalid', message)
  if (host.ShmSize < 0) throw fail('SHM size can not be less than 0')
  checkRestartPolicy(host.RestartPolicy)
  if (host.AutoRemove && host.RestartPolicy.Name !== 'no') {
    throw fail("can't create 'AutoRemove' container with restart policy")
  }
  if (!['runc', 'crun', 'io.containerd.runc.v2'].includes(host.Runtime)) {
    throw fail(`unknown or invalid runtime name: ${host.Runtime}`)
  }
  if (Object.keys(host.StorageOpt ?? {}).length > 0) {
    throw fail("--storage-opt is supported only for overlay over xfs with 'pquota' mount option")
  }
  checkSysctls(host)
  checkDevices(host)
  for (const entry of host.ExtraHosts ?? []) {
    if (!/^[^:=]+[:=].+$/.test(entry)) throw fail(`bad format for add-host: "${entry}"`)
  }
  checkLogConfig(host.LogConfig)
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

const EMPTY = {
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
} as const

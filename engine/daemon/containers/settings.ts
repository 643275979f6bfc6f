/** A definition and what its start has found -> what the runtime is told. Docker's JSON ends here. */
import type { HostConfig } from '../../api/container.ts'
import type {
  BlockIoSettings,
  ContainerSettings,
  MountSettings,
  NamespaceSettings,
  ResourceSettings,
} from '../../runtime/runtime.ts'
import type { ContainerDefinition, MountRecord } from '../records/container-record.ts'
import { commandOf } from './define.ts'
import { parseDeviceRule } from './options/isolation.ts'
import { securityOptions } from './options/security.ts'
import type { UserRemap } from './user-namespace.ts'

/** What only a start knows. */
export interface StartFacts {
  readonly name: string
  readonly rootfs: string
  readonly network: NamespaceSettings
  readonly ipc: Pick<ContainerSettings, 'ipc' | 'shm'>
  readonly pid: NamespaceSettings
  readonly heldFds: readonly number[]
  readonly logPath: string | null
  /** The engine's own files, bound into place. */
  readonly fileMounts: readonly MountSettings[]
  readonly volumePath: (name: string) => string
  /** By their destinations, sources that were made for this start: parts of volumes. */
  readonly parts: ReadonlyMap<string, string>
  /** Directories of an image's layers, top first. */
  readonly layersOf: ReadonlyMap<string, readonly string[]>
  readonly defaults: ProcessDefaults
  /** The kernel has AppArmor. */
  readonly apparmor: boolean
  /** How its users are shifted; null where they are the host's. */
  readonly remap: UserRemap | null
}

/** What a person has set for all containers of the engine; it is not recorded in any of them. */
export interface ProcessDefaults {
  readonly init: boolean
  readonly noNewPrivileges: boolean
  readonly ulimits: Readonly<Record<string, { readonly soft: number; readonly hard: number }>>
  readonly seccomp: ContainerSettings['seccomp']
}

/** Throws `invalid` for security options that are none. */
export function containerSettings(definition: ContainerDefinition, facts: StartFacts): ContainerSettings {
  const { config, host, id } = definition
  const security = securityOptions(host.SecurityOpt ?? [], facts.defaults)
  const own = definition.mounts.map((mount) => mountSettings(mount, facts))
  const tmpfs = Object.entries(host.Tmpfs ?? {}).map(([destination, options]) =>
    tmpfsSettings(destination, options.split(',').filter(Boolean)),
  )
  const taken = new Set([...own, ...tmpfs].map(({ destination }) => destination))
  const [rows, cols] = host.ConsoleSize
  return {
    id,
    name: facts.name,
    rootfs: facts.rootfs,
    readOnlyRootfs: host.ReadonlyRootfs,
    hostname: config.Hostname,
    ...(config.Domainname ? { domainname: config.Domainname } : {}),
    process: {
      args: commandOf(config),
      env: config.Env ?? [],
      cwd: config.WorkingDir || '/',
      user: config.User,
      groupAdd: host.GroupAdd ?? [],
      terminal: config.Tty,
      ...(rows > 0 && cols > 0 ? { consoleSize: { rows, cols } } : {}),
      privileged: host.Privileged,
      capAdd: host.CapAdd ?? [],
      capDrop: host.CapDrop ?? [],
      noNewPrivileges: security.noNewPrivileges,
      ...(facts.apparmor && security.apparmor ? { apparmorProfile: security.apparmor } : {}),
      ulimits: ulimits(host.Ulimits ?? [], facts.defaults.ulimits),
      ...(host.OomScoreAdj ? { oomScoreAdj: host.OomScoreAdj } : {}),
    },
    init: host.Init ?? facts.defaults.init,
    mounts: [...facts.fileMounts.filter(({ destination }) => !taken.has(destination)), ...own, ...tmpfs],
    network: facts.network,
    ...facts.ipc,
    pid: facts.pid,
    uts: host.UTSMode === 'host' || host.NetworkMode === 'host' ? { kind: 'host' } : { kind: 'private' },
    userns: facts.remap && { path: facts.remap.userns, uid: facts.remap.uid, gid: facts.remap.gid },
    cgroup: host.CgroupnsMode === 'private' ? { kind: 'private' } : { kind: 'host' },
    ...(host.CgroupParent ? { cgroupParent: host.CgroupParent } : {}),
    resources: resourceSettings(host),
    devices: (host.Devices ?? []).map(({ PathOnHost, PathInContainer, CgroupPermissions }) => ({
      host: PathOnHost,
      container: PathInContainer || PathOnHost,
      permissions: CgroupPermissions || 'rwm',
    })),
    deviceRules: (host.DeviceCgroupRules ?? []).map(parseDeviceRule),
    annotations: host.Annotations ?? {},
    sysctls: host.Sysctls ?? {},
    shmSizeBytes: host.ShmSize,
    ...(host.MaskedPaths ? { maskedPaths: host.MaskedPaths } : {}),
    ...(host.ReadonlyPaths ? { readonlyPaths: host.ReadonlyPaths } : {}),
    seccomp: security.seccomp,
    openStdin: config.OpenStdin,
    stdinOnce: config.StdinOnce,
    heldFds: facts.heldFds,
    logPath: facts.logPath,
  }
}

/** The container's own limits before those that are set for all. */
function ulimits(
  own: readonly { readonly Name: string; readonly Soft: number; readonly Hard: number }[],
  common: ProcessDefaults['ulimits'],
) {
  const limits = new Map(Object.entries(common))
  for (const { Name, Soft, Hard } of own) limits.set(Name, { soft: Soft, hard: Hard })
  return [...limits].map(([name, limit]) => ({ name, ...limit }))
}

/** Limits of a host config. */
export function resourceSettings(host: HostConfig): ResourceSettings {
  const limits = {
    memoryBytes: host.Memory,
    memorySwapBytes: host.MemorySwap,
    memoryReservationBytes: host.MemoryReservation,
    nanoCpus: host.NanoCpus,
    cpuShares: host.CpuShares,
    cpuQuota: host.CpuQuota,
    cpuPeriod: host.CpuPeriod,
    cpusetCpus: host.CpusetCpus,
    cpusetMems: host.CpusetMems,
    pidsLimit: host.PidsLimit !== null && host.PidsLimit > 0 ? host.PidsLimit : 0,
    oomKillDisable: host.OomKillDisable,
    cpuRealtimePeriod: host.CpuRealtimePeriod,
    cpuRealtimeRuntime: host.CpuRealtimeRuntime,
    blockIo: blockIo(host),
  }
  // In Docker's JSON zero and the empty string are "no limit".
  return {
    ...Object.fromEntries(Object.entries(limits).filter(([, value]) => Boolean(value))),
    ...(host.MemorySwappiness === null ? {} : { memorySwappiness: host.MemorySwappiness }),
  }
}

function blockIo(host: HostConfig): BlockIoSettings | undefined {
  const rates = (list: HostConfig['BlkioDeviceReadBps']) =>
    (list ?? []).map(({ Path, Rate }) => ({ path: Path, rate: Rate }))
  const settings = {
    weight: host.BlkioWeight,
    weightDevices: (host.BlkioWeightDevice ?? []).map(({ Path, Weight }) => ({ path: Path, weight: Weight })),
    readBps: rates(host.BlkioDeviceReadBps),
    writeBps: rates(host.BlkioDeviceWriteBps),
    readIops: rates(host.BlkioDeviceReadIOps),
    writeIops: rates(host.BlkioDeviceWriteIOps),
  }
  const any = Object.values(settings).some((value) => (Array.isArray(value) ? value.length > 0 : value > 0))
  return any ? settings : undefined
}

/** A recorded mount as the runtime is told of it. */
export function mountSettings(
  mount: MountRecord,
  facts: Pick<StartFacts, 'volumePath' | 'parts' | 'layersOf'>,
): MountSettings {
  switch (mount.kind) {
    case 'volume':
      return {
        type: 'bind',
        source: facts.parts.get(mount.destination) ?? facts.volumePath(mount.name),
        destination: mount.destination,
        readOnly: mount.readOnly,
      }
    case 'bind':
      return {
        type: 'bind',
        source: mount.source,
        destination: mount.destination,
        readOnly: mount.readOnly,
        propagation: mount.propagation as NonNullable<MountSettings['propagation']>,
        ...(mount.nonRecursive ? { nonRecursive: true } : {}),
        ...(mount.readOnlyTopOnly ? { readOnlyTopOnly: true } : {}),
      }
    case 'tmpfs':
      return tmpfsSettings(mount.destination, mount.options)
    case 'image': {
      const lower = (facts.layersOf.get(mount.destination) ?? []).join(':')
      return {
        type: 'overlay',
        source: 'overlay',
        destination: mount.destination,
        readOnly: true,
        options: [`lowerdir=${lower}`],
      }
    }
  }
}

function tmpfsSettings(destination: string, options: readonly string[]): MountSettings {
  const rest = options.filter((option) => option !== 'ro' && option !== 'rw')
  return { type: 'tmpfs', source: 'tmpfs', destination, readOnly: options.includes('ro'), options: rest }
}

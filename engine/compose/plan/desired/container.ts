/** The container that a service asks for, as the body of the Docker API's create. */
import type { ContainerCreateRequest, HealthConfig, HostConfig } from '../../../api/container.ts'
import type { DeviceRequest, Healthcheck, Project, Service } from '../../load/project.ts'
import { nanoseconds, pairs, seconds, texts } from './amounts.ts'
import { grantsOf, type PlacedFile } from './grants.ts'
import { mountsOf } from './mounts.ts'
import { exposedPorts, networking, portBindings } from './networking.ts'

/** What only the plan knows of a container. */
export interface ContainerFacts {
  readonly name: string
  /** The image as it is asked for: a name, or an id. */
  readonly image: string
  /** What `network_mode`, `ipc` and `pid` mean once services are containers. */
  readonly namespaces: { readonly network: string; readonly ipc: string; readonly pid: string }
  /** Names of containers for `volumes_from`, with their mode. */
  readonly volumesFrom: readonly string[]
  readonly links: readonly string[]
  readonly labels: Readonly<Record<string, string>>
  /** Whether it answers to its service's name, as containers of `run` do not. */
  readonly serviceAlias: boolean
}

export interface DesiredContainer {
  readonly name: string
  readonly body: ContainerCreateRequest
  readonly files: readonly PlacedFile[]
}

/** The container of a service. */
export function desiredContainer(
  service: Service,
  project: Project,
  facts: ContainerFacts,
): DesiredContainer {
  const { mode, config } = networking(
    service,
    project,
    facts.name,
    facts.namespaces.network,
    facts.serviceAlias,
  )
  const mounted = mountsOf(service, project)
  const granted = grantsOf(service, project)
  const body: ContainerCreateRequest = {
    ...identity(service, facts),
    ...process(service),
    ...(service.healthcheck ? { Healthcheck: health(service.healthcheck) } : {}),
    ExposedPorts: exposedPorts(service),
    HostConfig: {
      Binds: mounted.binds,
      Mounts: [...mounted.mounts, ...granted.mounts],
      Tmpfs: mounted.tmpfs,
      VolumesFrom: facts.volumesFrom,
      NetworkMode: mode,
      PortBindings: portBindings(service),
      ...confinement(service, facts),
      ...resources(service),
      ...behaviour(service, facts),
    },
    NetworkingConfig: config,
  }
  return { name: facts.name, body, files: granted.files }
}

function identity(service: Service, { image, labels }: ContainerFacts): ContainerCreateRequest {
  return {
    Image: image,
    Labels: { ...texts(service.labels), ...labels },
    ...(service.hostname === undefined ? {} : { Hostname: service.hostname }),
    ...(service.domainname === undefined ? {} : { Domainname: service.domainname }),
  }
}

function process(service: Service): ContainerCreateRequest {
  return {
    Env: pairs(service.environment),
    ...(service.command ? { Cmd: service.command } : {}),
    ...(service.entrypoint
      ? { Entrypoint: service.entrypoint.length === 0 ? [''] : service.entrypoint }
      : {}),
    ...(service.user === undefined ? {} : { User: service.user }),
    ...(service.working_dir === undefined ? {} : { WorkingDir: service.working_dir }),
    Tty: service.tty ?? false,
    OpenStdin: service.stdin_open ?? false,
    ...(service.stop_signal === undefined ? {} : { StopSignal: service.stop_signal }),
    ...(service.stop_grace_period === undefined ? {} : { StopTimeout: seconds(service.stop_grace_period) }),
  }
}

function health({
  test,
  disable,
  interval,
  timeout,
  retries,
  start_period,
  start_interval,
}: Healthcheck): HealthConfig {
  if (disable) return { Test: ['NONE'] }
  return {
    ...(test ? { Test: test } : {}),
    ...(interval === undefined ? {} : { Interval: nanoseconds(interval) }),
    ...(timeout === undefined ? {} : { Timeout: nanoseconds(timeout) }),
    ...(retries === undefined ? {} : { Retries: retries }),
    ...(start_period === undefined ? {} : { StartPeriod: nanoseconds(start_period) }),
    ...(start_interval === undefined ? {} : { StartInterval: nanoseconds(start_interval) }),
  }
}

function confinement(service: Service, { namespaces }: ContainerFacts): Partial<HostConfig> {
  return {
    ...(service.cap_add ? { CapAdd: service.cap_add } : {}),
    ...(service.cap_drop ? { CapDrop: service.cap_drop } : {}),
    ...(service.security_opt ? { SecurityOpt: service.security_opt } : {}),
    ...(service.privileged ? { Privileged: true } : {}),
    ...(service.read_only ? { ReadonlyRootfs: true } : {}),
    ...(service.cgroup ? { CgroupnsMode: service.cgroup } : {}),
    ...(service.group_add ? { GroupAdd: service.group_add } : {}),
    ...(service.userns_mode ? { UsernsMode: service.userns_mode } : {}),
    ...(service.uts ? { UTSMode: service.uts } : {}),
    ...(namespaces.ipc === '' ? {} : { IpcMode: namespaces.ipc }),
    ...(namespaces.pid === '' ? {} : { PidMode: namespaces.pid }),
    ...(service.sysctls ? { Sysctls: texts(service.sysctls) } : {}),
    ...(service.devices
      ? {
          Devices: service.devices.map(({ source, target, permissions }) => ({
            PathOnHost: source,
            PathInContainer: target ?? source,
            CgroupPermissions: permissions ?? 'rwm',
          })),
        }
      : {}),
    ...(service.device_cgroup_rules ? { DeviceCgroupRules: service.device_cgroup_rules } : {}),
  }
}

/** Limits: the older attributes and those of deploy say the same, and the loader has seen that they agree. */
function resources(service: Service): Partial<HostConfig> {
  const { limits, reservations } = service.deploy?.resources ?? {}
  const cpus = service.cpus ?? (limits?.cpus === undefined ? undefined : Number(limits.cpus))
  const memory = service.mem_limit ?? limits?.memory
  const reserved = service.mem_reservation ?? reservations?.memory
  const pids = service.pids_limit ?? limits?.pids
  const requests = [...gpus(service), ...(reservations?.devices ?? [])]
  return {
    ...(cpus === undefined ? {} : { NanoCpus: Math.round(cpus * 1e9) }),
    ...number('Memory', memory),
    ...number('MemoryReservation', reserved),
    ...number('MemorySwap', service.memswap_limit),
    ...number('CpuShares', service.cpu_shares),
    ...number('CpuPeriod', service.cpu_period),
    ...number('CpuQuota', service.cpu_quota),
    ...number('CpuRealtimePeriod', service.cpu_rt_period),
    ...number('CpuRealtimeRuntime', service.cpu_rt_runtime),
    ...number('CpuCount', service.cpu_count),
    ...number('CpuPercent', service.cpu_percent),
    ...number('PidsLimit', pids),
    ...number('MemorySwappiness', service.mem_swappiness),
    ...number('OomScoreAdj', service.oom_score_adj),
    ...number('ShmSize', service.shm_size),
    ...(service.cpuset ? { CpusetCpus: service.cpuset } : {}),
    ...(service.oom_kill_disable ? { OomKillDisable: true } : {}),
    ...(service.ulimits ? { Ulimits: ulimits(service.ulimits) } : {}),
    ...blockLimits(service),
    ...(requests.length > 0 ? { DeviceRequests: requests.map(deviceRequest) } : {}),
  }
}

function number(name: keyof HostConfig, value: number | string | undefined): Partial<HostConfig> {
  return value === undefined ? {} : { [name]: Number(value) }
}

function ulimits(limits: NonNullable<Service['ulimits']>): HostConfig['Ulimits'] {
  return Object.entries(limits).map(([name, limit]) =>
    typeof limit === 'number'
      ? { Name: name, Soft: limit, Hard: limit }
      : { Name: name, Soft: limit.soft, Hard: limit.hard },
  )
}

function gpus({ gpus: asked }: Service): readonly DeviceRequest[] {
  if (asked === undefined) return []
  if (asked === 'all') return [{ count: 'all', capabilities: ['gpu'] }]
  return asked.map((request) => ({ ...request, capabilities: request.capabilities ?? ['gpu'] }))
}

function deviceRequest({ driver, count, device_ids, capabilities, options }: DeviceRequest) {
  const all = count === 'all' || (count === undefined && device_ids === undefined)
  return {
    Driver: driver ?? '',
    Count: all ? -1 : Number(count ?? 0),
    DeviceIDs: device_ids ?? null,
    Capabilities: [capabilities ?? []],
    Options: texts(options),
  }
}

/** Limits of block devices: `{path, rate}` under the names of the API. */
function blockLimits({ blkio_config: asked }: Service): Partial<HostConfig> {
  if (!asked) return {}
  const devices = (key: string, field: 'Rate' | 'Weight') => {
    const list = asked[key] as
      | readonly { readonly path: string; readonly rate?: string; readonly weight?: number }[]
      | undefined
    return list?.map(({ path, rate, weight }) => ({ Path: path, [field]: Number(rate ?? weight ?? 0) }))
  }
  const named = {
    BlkioWeight: asked.weight as number | undefined,
    BlkioWeightDevice: devices('weight_device', 'Weight'),
    BlkioDeviceReadBps: devices('device_read_bps', 'Rate'),
    BlkioDeviceReadIOps: devices('device_read_iops', 'Rate'),
    BlkioDeviceWriteBps: devices('device_write_bps', 'Rate'),
    BlkioDeviceWriteIOps: devices('device_write_iops', 'Rate'),
  }
  return Object.fromEntries(
    Object.entries(named).filter(([, value]) => value !== undefined),
  ) as Partial<HostConfig>
}

function behaviour(service: Service, { links }: ContainerFacts): Partial<HostConfig> {
  return {
    RestartPolicy: restartPolicy(service),
    ...(service.init === undefined ? {} : { Init: service.init }),
    ...(service.runtime ? { Runtime: service.runtime } : {}),
    ...(service.isolation ? { Isolation: service.isolation } : {}),
    ...(service.cgroup_parent ? { CgroupParent: service.cgroup_parent } : {}),
    ...(service.storage_opt ? { StorageOpt: service.storage_opt } : {}),
    ...(service.annotations ? { Annotations: texts(service.annotations) } : {}),
    ...(service.logging
      ? { LogConfig: { Type: service.logging.driver ?? '', Config: texts(service.logging.options) } }
      : {}),
    ...(service.dns ? { Dns: service.dns } : {}),
    ...(service.dns_opt ? { DnsOptions: service.dns_opt } : {}),
    ...(service.dns_search ? { DnsSearch: service.dns_search } : {}),
    ...(service.extra_hosts
      ? {
          ExtraHosts: Object.entries(service.extra_hosts).flatMap(([host, addresses]) =>
            addresses.map((address) => `${host}:${address}`),
          ),
        }
      : {}),
    ...(links.length > 0 ? { Links: links } : {}),
  }
}

/** `restart`, or what deploy says about it (Compose Deploy, restart_policy: outside a swarm by the engine's policy). */
function restartPolicy({ restart, deploy }: Service): HostConfig['RestartPolicy'] {
  const [name = '', count = '0'] = (restart ?? '').split(':')
  if (name !== '') return { Name: name, MaximumRetryCount: Number(count) }
  const asked = deploy?.restart_policy
  if (asked?.condition === 'on-failure')
    return { Name: 'on-failure', MaximumRetryCount: asked.max_attempts ?? 0 }
  return { Name: asked?.condition === 'any' ? 'always' : 'no', MaximumRetryCount: 0 }
}

/**
 * Why a container is not the one that its service asks for, a line each. Fields are compared one by one, so that a
 * container that another tool made is kept when it is the same.
 */
import type {
  ContainerCreateRequest,
  ContainerInspect,
  HostConfig,
  MountRequest,
} from '../../api/container.ts'
import type { DesiredContainer } from './desired/container.ts'
import { LABEL } from './desired/labels.ts'
import type { ObservedContainer, ObservedImage } from './observed.ts'

/** The reasons, in the order in which a person looks for them; none when it is the same. */
export function differences(
  desired: DesiredContainer,
  inspect: ContainerInspect,
  images: { readonly now: ObservedImage | null; readonly then: ObservedImage | null },
  containers: readonly ObservedContainer[] = [],
): readonly string[] {
  const body = { ...desired.body, HostConfig: withIds(desired.body.HostConfig ?? {}, containers) }
  return [
    ...imageReasons(inspect, images.now),
    ...environmentReasons(body, inspect, images.then),
    ...labelReasons(body, inspect, images.then),
    ...listReason('command', body.Cmd, inspect.Config.Cmd),
    ...listReason('entrypoint', body.Entrypoint, inspect.Config.Entrypoint),
    ...configReasons(body, inspect),
    ...portReasons(body, inspect),
    ...mountReasons(body, inspect),
    ...networkReasons({ ...desired, body }, inspect),
    ...hostReasons(body.HostConfig ?? {}, inspect.HostConfig),
  ]
}

/** Engines remember the id of a container whose namespace another lives in, where its name was asked for. */
function withIds(host: Partial<HostConfig>, containers: readonly ObservedContainer[]): Partial<HostConfig> {
  const known = (mode: string | undefined) => {
    if (!mode?.startsWith('container:')) return mode
    const found = containers.find(({ inspect }) => inspect.Name === `/${mode.slice(10)}`)
    return found ? `container:${found.inspect.Id}` : mode
  }
  const { NetworkMode, IpcMode, PidMode } = host
  const modes = { NetworkMode: known(NetworkMode), IpcMode: known(IpcMode), PidMode: known(PidMode) }
  return {
    ...host,
    ...(Object.fromEntries(
      Object.entries(modes).filter(([, mode]) => mode !== undefined),
    ) as Partial<HostConfig>),
  }
}

function imageReasons(inspect: ContainerInspect, now: ObservedImage | null): readonly string[] {
  if (now === null || now.id === inspect.Image) return []
  return [`image changed (${brief(inspect.Image)} to ${brief(now.id)})`]
}

function environmentReasons(
  body: ContainerCreateRequest,
  inspect: ContainerInspect,
  image: ObservedImage | null,
): readonly string[] {
  const base = fromPairs(image?.env ?? [])
  const there = without(fromPairs(inspect.Config.Env ?? []), base)
  return pairReasons('environment', without(fromPairs(body.Env ?? []), base), there)
}

function brief(id: string): string {
  return id.replace(/^sha256:/, '').slice(0, 12)
}

function fromPairs(list: readonly string[]): ReadonlyMap<string, string> {
  return new Map(
    list.map((pair) => {
      const at = pair.indexOf('=')
      return at === -1 ? [pair, ''] : [pair.slice(0, at), pair.slice(at + 1)]
    }),
  )
}

/** What is in `all` and not the same in `base`: what a container has beyond its image. */
function without(
  all: ReadonlyMap<string, string>,
  base: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> {
  return new Map([...all].filter(([key, value]) => base.get(key) !== value))
}

function pairReasons(
  what: string,
  wanted: ReadonlyMap<string, string>,
  there: ReadonlyMap<string, string>,
): readonly string[] {
  const changed = [...wanted].flatMap(([key, value]) => {
    const was = there.get(key)
    if (was === value) return []
    return [
      was === undefined ? `${what} ${key} is new` : `${what} ${key} was ${shown(was)}, now ${shown(value)}`,
    ]
  })
  const gone = [...there.keys()].filter((key) => !wanted.has(key)).map((key) => `${what} ${key} is gone`)
  return [...changed, ...gone]
}

function shown(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? 'unset')
  if (text === '') return 'empty'
  return text.length > 48 ? `${text.slice(0, 45)}...` : text
}

/** Labels of Compose itself are no reason to begin anew: they say who made the container. */
function labelReasons(
  body: ContainerCreateRequest,
  { Config }: ContainerInspect,
  image: ObservedImage | null,
): readonly string[] {
  const own = Object.values(LABEL) as readonly string[]
  const strip = (labels: Readonly<Record<string, string>>) =>
    new Map(
      Object.entries(labels).filter(([key]) => !own.includes(key) && !key.startsWith('com.docker.compose.')),
    )
  const base = new Map(Object.entries(image?.labels ?? {}))
  const wanted = without(strip(body.Labels ?? {}), base)
  return pairReasons('label', wanted, without(strip(Config.Labels ?? {}), base))
}

/** A list that is asked for; what is not asked for is the image's. */
function listReason(
  what: string,
  wanted: readonly string[] | string | null | undefined,
  there: readonly string[] | null,
): readonly string[] {
  if (wanted === undefined || wanted === null) return []
  const list = typeof wanted === 'string' ? [wanted] : wanted
  const same = JSON.stringify(list) === JSON.stringify(there ?? [])
  return same ? [] : [`${what} was ${shown((there ?? []).join(' '))}, now ${shown(list.join(' '))}`]
}

const CONFIG_FIELDS = [
  ['user', 'User'],
  ['working_dir', 'WorkingDir'],
  ['hostname', 'Hostname'],
  ['domainname', 'Domainname'],
  ['tty', 'Tty'],
  ['stdin_open', 'OpenStdin'],
  ['stop_signal', 'StopSignal'],
  ['stop_grace_period', 'StopTimeout'],
  ['healthcheck', 'Healthcheck'],
] as const

function configReasons(body: ContainerCreateRequest, { Config }: ContainerInspect): readonly string[] {
  return CONFIG_FIELDS.flatMap(([name, field]) => fieldReason(name, body[field], Config[field]))
}

/** Says nothing of what is not asked for. Objects are compared by what is asked of them. */
function fieldReason(name: string, wanted: unknown, there: unknown): readonly string[] {
  if (wanted === undefined || wanted === null || covers(there, wanted)) return []
  if (isEmpty(wanted) && isEmpty(there)) return []
  const simple = typeof wanted !== 'object'
  return [simple ? `${name} was ${shown(there ?? '')}, now ${shown(wanted)}` : `${name} changed`]
}

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null || value === '' || value === 0 || value === false) return true
  return typeof value === 'object' && Object.keys(value).length === 0
}

/** True when `there` has everything that `wanted` names; lists must be equal. */
function covers(there: unknown, wanted: unknown): boolean {
  if (Array.isArray(wanted)) {
    return (
      Array.isArray(there) &&
      there.length === wanted.length &&
      wanted.every((item, index) => covers(there[index], item))
    )
  }
  if (typeof wanted === 'object' && wanted !== null) {
    if (typeof there !== 'object' || there === null) return false
    return Object.entries(wanted).every(([key, value]) =>
      covers((there as Record<string, unknown>)[key], value),
    )
  }
  return there === wanted
}

function portReasons(body: ContainerCreateRequest, { HostConfig }: ContainerInspect): readonly string[] {
  const lines = (bindings: HostConfig['PortBindings'] | undefined) =>
    new Set(
      Object.entries(bindings ?? {}).flatMap(([key, list]) =>
        (list ?? []).map(({ HostIp, HostPort }) =>
          [HostIp === '0.0.0.0' ? '' : HostIp, HostPort === '0' ? '' : HostPort, key]
            .filter((part) => part !== '')
            .join(':'),
        ),
      ),
    )
  return setReasons('port', lines(body.HostConfig?.PortBindings), lines(HostConfig.PortBindings))
}

function setReasons(
  what: string,
  wanted: ReadonlySet<string>,
  there: ReadonlySet<string>,
): readonly string[] {
  return [
    ...[...wanted].filter((line) => !there.has(line)).map((line) => `${what} ${line} is new`),
    ...[...there].filter((line) => !wanted.has(line)).map((line) => `${what} ${line} is gone`),
  ]
}

const NAMELESS = 'a volume without a name'

/** Mounts by where they stand. Anonymous volumes come from the image and are carried over. */
function mountReasons(body: ContainerCreateRequest, { HostConfig }: ContainerInspect): readonly string[] {
  const wanted = mountLines(body.HostConfig ?? {})
  const there = mountLines(HostConfig)
  return [...new Set([...wanted.keys(), ...there.keys()])].flatMap((target) => {
    const now = wanted.get(target)
    const was = there.get(target)
    if (now === was) return []
    // An image's own volume was carried over; what the file had is seen by the configuration's hash.
    if (was === NAMELESS && now === undefined) return []
    if (was === undefined) return [`mount ${target} is new`]
    return [now === undefined ? `mount ${target} is gone` : `mount ${target} was ${was}, now ${now}`]
  })
}

function mountLines(host: Partial<HostConfig>): ReadonlyMap<string, string> {
  const lines = new Map<string, string>()
  for (const bind of host.Binds ?? []) {
    const [source = '', target = '', options = 'rw'] = bind.split(':')
    const list = options
      .split(',')
      .filter((option) => option !== 'rw' && option !== '' && option !== 'rprivate')
    lines.set(target, [source, ...list].join(' '))
  }
  for (const mount of host.Mounts ?? []) lines.set(mount.Target, mountLine(mount))
  for (const [target, options] of Object.entries(host.Tmpfs ?? {}))
    lines.set(target, `tmpfs ${options}`.trim())
  return lines
}

function mountLine({ Type, Source, ReadOnly, VolumeOptions, TmpfsOptions }: MountRequest): string {
  const more = [ReadOnly ? 'ro' : '', VolumeOptions?.Subpath ?? '', TmpfsOptions?.SizeBytes ?? ''].filter(
    (part) => part !== '',
  )
  const named = Type !== 'volume' || !/^[0-9a-f]{64}$/.test(Source ?? '')
  const source = (named ? Source : undefined) ?? (Type === 'tmpfs' ? 'tmpfs' : NAMELESS)
  return [source, ...more].join(' ')
}

function networkReasons(
  { body, name: container }: DesiredContainer,
  { HostConfig, NetworkSettings }: ContainerInspect,
): readonly string[] {
  const mode = body.HostConfig?.NetworkMode ?? 'default'
  const asked = body.NetworkingConfig?.EndpointsConfig
  if (!asked || Object.keys(asked).length === 0) {
    return sameMode(mode, HostConfig.NetworkMode)
      ? []
      : [`network_mode was ${shown(HostConfig.NetworkMode)}, now ${shown(mode)}`]
  }
  const there = NetworkSettings.Networks ?? {}
  return [
    ...setReasons('network', new Set(Object.keys(asked)), new Set(Object.keys(there))),
    ...Object.entries(asked).flatMap(([name, settings]) => {
      const now = there[name]
      if (!now || !settings) return []
      // Its own name is one of them, and a container of an older Compose has another.
      const missing = (settings.Aliases ?? []).filter(
        (alias) => alias !== container && !(now.Aliases ?? []).includes(alias),
      )
      const ip = settings.IPAMConfig?.IPv4Address
      const had = now.IPAMConfig?.IPv4Address
      return [
        ...missing.map((alias) => `alias ${alias} on ${name} is new`),
        ...((ip ?? '') === (had ?? '')
          ? []
          : [`address on ${name} was ${shown(had ?? 'free')}, now ${shown(ip ?? 'free')}`]),
      ]
    }),
  ]
}

function sameMode(wanted: string, there: string): boolean {
  return wanted === there || (wanted === 'default' && there === 'bridge')
}

/** Everything else of the host's part, under the names of Compose. */
const HOST_FIELDS: readonly (readonly [string, keyof HostConfig])[] = [
  ['mem_limit', 'Memory'],
  ['mem_reservation', 'MemoryReservation'],
  ['memswap_limit', 'MemorySwap'],
  ['cpus', 'NanoCpus'],
  ['cpu_shares', 'CpuShares'],
  ['cpu_quota', 'CpuQuota'],
  ['cpu_period', 'CpuPeriod'],
  ['cpuset', 'CpusetCpus'],
  ['pids_limit', 'PidsLimit'],
  ['shm_size', 'ShmSize'],
  ['oom_score_adj', 'OomScoreAdj'],
  ['oom_kill_disable', 'OomKillDisable'],
  ['ulimits', 'Ulimits'],
  ['restart', 'RestartPolicy'],
  ['init', 'Init'],
  ['privileged', 'Privileged'],
  ['read_only', 'ReadonlyRootfs'],
  ['cap_add', 'CapAdd'],
  ['cap_drop', 'CapDrop'],
  ['security_opt', 'SecurityOpt'],
  ['group_add', 'GroupAdd'],
  ['devices', 'Devices'],
  ['device_cgroup_rules', 'DeviceCgroupRules'],
  ['gpus', 'DeviceRequests'],
  ['sysctls', 'Sysctls'],
  ['dns', 'Dns'],
  ['dns_opt', 'DnsOptions'],
  ['dns_search', 'DnsSearch'],
  ['extra_hosts', 'ExtraHosts'],
  ['logging', 'LogConfig'],
  ['ipc', 'IpcMode'],
  ['pid', 'PidMode'],
  ['uts', 'UTSMode'],
  ['userns_mode', 'UsernsMode'],
  ['cgroup', 'CgroupnsMode'],
  ['cgroup_parent', 'CgroupParent'],
  ['runtime', 'Runtime'],
  ['volumes_from', 'VolumesFrom'],
  ['blkio_config', 'BlkioWeight'],
  ['storage_opt', 'StorageOpt'],
  ['annotations', 'Annotations'],
]

function hostReasons(wanted: Partial<HostConfig>, there: HostConfig): readonly string[] {
  // dockerd keeps the empty name of a policy that a client did not give; it is `no`.
  const { RestartPolicy: policy } = there
  const named = policy?.Name === '' ? { ...there, RestartPolicy: { ...policy, Name: 'no' } } : there
  return HOST_FIELDS.flatMap(([name, field]) => fieldReason(name, wanted[field], named[field]))
}

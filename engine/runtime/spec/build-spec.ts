/** Settings and facts of the host -> an OCI runtime spec. Pure: the same in, the same out. */
import { EngineError } from '../../errors.ts'
import type { ContainerSettings, MountSettings, NamespaceSettings, ProcessSettings } from '../runtime.ts'
import { capabilities } from './capabilities.ts'
import { DEFAULT_SECCOMP } from './default-seccomp.ts'
import {
  DEFAULT_DEVICE_RULES,
  defaultMounts,
  MASKED_PATHS,
  READONLY_PATHS,
  type ShmSource,
} from './defaults.ts'
import type {
  OciBlockIo,
  OciDevice,
  OciDeviceRule,
  OciMount,
  OciProcess,
  OciSeccomp,
  OciSpec,
} from './oci-spec.ts'
import { resources } from './resources.ts'
import { rlimits } from './rlimits.ts'
import { olderKernel, resolveSeccomp, type SeccompProfile } from './seccomp-profile.ts'
import type { ResolvedUser } from './user.ts'

/** What the spec depends on beside the settings; gathered by `host-facts.ts` and the runtime. */
export interface SpecFacts {
  /** Bit mask of capabilities that the engine may give. */
  readonly boundingSet: bigint
  /** Hard limits that cannot be raised; empty when the engine may raise them. */
  readonly limitCeiling: ReadonlyMap<string, number>
  /** Lowest oom_score_adj that can be set, or null when any can. */
  readonly oomScoreFloor: number | null
  readonly arch: string
  readonly kernel: string
  /** Host path of the init program for `--init`. */
  readonly init: string
  /** Inside a user namespace: device nodes, cgroup mounts and some limits are not to be had. */
  readonly rootless: boolean
  readonly cgroupMount: boolean
  /** The host has its message queues at /dev/mqueue. */
  readonly hostQueues: boolean
}

/** A device of `ContainerSettings.devices` or, for privileged, of the host, with its numbers looked up. */
export interface ResolvedDevice extends OciDevice {
  /** Where it is on the host. */
  readonly source: string
  readonly permissions: string
}

const DEFAULT_PATH = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'
/** Where Docker puts the init program. */
const INIT_DESTINATION = '/sbin/docker-init'

/** What paths of devices in the settings (or, when privileged, the host's /dev) stand for. */
export interface ResolvedPaths {
  readonly devices: readonly ResolvedDevice[]
  readonly blockIo?: OciBlockIo
  /** Left out it is a tmpfs of the container's own. */
  readonly shm?: ShmSource
}

/** Container's spec. */
export function buildSpec(
  settings: ContainerSettings,
  user: ResolvedUser,
  { devices, blockIo, shm = { kind: 'tmpfs', sizeBytes: settings.shmSizeBytes } }: ResolvedPaths,
  cgroupsPath: string | null,
  facts: SpecFacts,
): OciSpec {
  const { privileged } = settings.process
  const told = settings.unnamedHost ? undefined : settings.hostname
  const process = buildProcess(settings.process, user, facts, told)
  const seccomp = buildSeccomp(settings, process.capabilities.bounding, facts)
  const hostUts = settings.uts.kind !== 'private'
  const masked = settings.maskedPaths ?? (privileged ? [] : MASKED_PATHS)
  const readonly = settings.readonlyPaths ?? (privileged ? [] : READONLY_PATHS)
  const shared = settings.mounts.some(({ propagation }) => propagation?.endsWith('shared'))
  const slave = settings.mounts.some(({ propagation }) => propagation?.endsWith('slave'))
  return {
    ociVersion: '1.0.2',
    process: settings.init ? { ...process, args: [INIT_DESTINATION, '--', ...process.args] } : process,
    root: { path: settings.rootfs, readonly: settings.readOnlyRootfs },
    ...(hostUts ? {} : { hostname: settings.hostname }),
    ...(hostUts || !settings.domainname ? {} : { domainname: settings.domainname }),
    mounts: buildMounts(settings, { devices, shm }, facts),
    linux: {
      namespaces: [
        ...(settings.userns === null ? [] : [{ type: 'user', path: settings.userns.path }]),
        { type: 'mount' },
        ...namespace('network', settings.network),
        ...namespace('uts', settings.uts),
        ...namespace('pid', settings.pid),
        ...namespace('ipc', settings.ipc),
        ...namespace('cgroup', settings.cgroup),
      ],
      ...(cgroupsPath === null ? {} : { cgroupsPath }),
      resources: resources(
        cgroupsPath === null ? {} : settings.resources,
        facts.rootless ? [] : deviceRules(privileged, devices, settings.deviceRules),
        cgroupsPath === null ? {} : blockIo,
      ),
      devices: inUserNamespace(settings, facts)
        ? []
        : devices.map(({ permissions: _, source: __, ...device }) => device),
      sysctl: settings.sysctls,
      maskedPaths: masked,
      readonlyPaths: readonly,
      ...(shared ? { rootfsPropagation: 'shared' } : slave ? { rootfsPropagation: 'slave' } : {}),
      ...(seccomp ? { seccomp } : {}),
    },
    ...(Object.keys(settings.annotations).length > 0 ? { annotations: settings.annotations } : {}),
  }
}

/** A process of a container or an exec. */
export function buildProcess(
  settings: ProcessSettings,
  user: ResolvedUser,
  facts: SpecFacts,
  hostname?: string,
): OciProcess {
  if (settings.args.length === 0) throw new EngineError('invalid', 'No command specified')
  const given = capabilities(settings, facts.boundingSet)
  // As Docker: a process that is not root keeps none of them, they only bound what set-user-id programs get.
  const effective = user.uid === 0 ? given : []
  const oom = settings.oomScoreAdj
  return {
    terminal: settings.terminal,
    ...(settings.terminal && settings.consoleSize
      ? { consoleSize: { height: settings.consoleSize.rows, width: settings.consoleSize.cols } }
      : {}),
    user: { uid: user.uid, gid: user.gid, additionalGids: user.additionalGids },
    args: settings.args,
    env: environment(settings, user, hostname),
    cwd: settings.cwd || '/',
    capabilities: { bounding: given, effective, permitted: effective, inheritable: [], ambient: [] },
    rlimits: rlimits(settings.ulimits, facts.limitCeiling),
    noNewPrivileges: settings.noNewPrivileges,
    ...(settings.apparmorProfile ? { apparmorProfile: settings.apparmorProfile } : {}),
    ...(oom ? { oomScoreAdj: Math.max(oom, facts.oomScoreFloor ?? oom) } : {}),
  }
}

/** Text of the spec. Numbers that stand for RLIM_INFINITY get their real value, which JavaScript cannot hold. */
export function serializeSpec(spec: OciSpec | OciProcess): string {
  return JSON.stringify(spec).replace(/"(soft|hard)":-1\b/g, '"$1":18446744073709551615')
}

/** What Docker's daemon and runc add when the image says nothing of it. */
function environment(settings: ProcessSettings, user: ResolvedUser, hostname?: string): string[] {
  const has = (name: string) => settings.env.some((entry) => entry.startsWith(`${name}=`))
  return [
    ...(has('PATH') ? [] : [DEFAULT_PATH]),
    ...(has('HOSTNAME') || !hostname ? [] : [`HOSTNAME=${hostname}`]),
    ...(has('TERM') || !settings.terminal ? [] : ['TERM=xterm']),
    ...settings.env,
    ...(has('HOME') ? [] : [`HOME=${user.home}`]),
  ]
}

function buildMounts(
  settings: ContainerSettings,
  { devices, shm }: { readonly devices: readonly ResolvedDevice[]; readonly shm: ShmSource },
  facts: SpecFacts,
): OciMount[] {
  const confined = inUserNamespace(settings, facts)
  const defaults = defaultMounts({
    privileged: settings.process.privileged,
    shm,
    cgroup: facts.cgroupMount && settings.userns === null,
    bound: {
      proc: confined && settings.pid.kind === 'host',
      mqueue: confined && settings.ipc.kind === 'host' && (facts.hostQueues || 'absent'),
    },
  })
  const own = [...settings.mounts]
    .sort((a, b) => depth(a.destination) - depth(b.destination))
    .map((mount) => buildMount(mount, facts.kernel))
  const taken = new Set(own.map(({ destination }) => destination))
  return [
    ...defaults.filter(({ destination }) => !taken.has(destination)),
    ...(confined ? devices.map(boundDevice) : []),
    ...own,
    ...(settings.init
      ? [{ destination: INIT_DESTINATION, type: 'bind', source: facts.init, options: ['bind', 'ro'] }]
      : []),
  ]
}

/** Without the rights of the host's root: the engine's namespace, or the container's own. */
function inUserNamespace(settings: ContainerSettings, facts: SpecFacts): boolean {
  return facts.rootless || settings.userns !== null
}

/** In a user namespace no device can be made; the host's own node is there under its new name. */
function boundDevice({ path, source }: ResolvedDevice): OciMount {
  return { destination: path, type: 'bind', source, options: ['bind', 'nosuid', 'noexec'] }
}

function depth(path: string): number {
  return path.split('/').filter(Boolean).length
}

function buildMount(mount: MountSettings, kernel: string): OciMount {
  const { destination, source } = mount
  const options = mount.options ?? []
  switch (mount.type) {
    case 'tmpfs':
      return { destination, type: 'tmpfs', source: 'tmpfs', options: tmpfsFlags(mount) }
    case 'overlay':
      return { destination, type: 'overlay', source: 'overlay', options: ['ro', ...options] }
    case 'bind': {
      // Since Linux 5.12 read-only can hold for everything below, which is what people mean by it.
      const deep = !mount.nonRecursive && !mount.readOnlyTopOnly && !olderKernel(kernel, '5.12')
      const access = !mount.readOnly ? 'rw' : deep ? 'rro' : 'ro'
      return {
        destination,
        type: 'bind',
        source,
        options: [mount.nonRecursive ? 'bind' : 'rbind', access, mount.propagation ?? 'rprivate', ...options],
      }
    }
  }
}

/** Each of Docker's three prohibitions holds unless its contrary is asked for. */
function tmpfsFlags({ readOnly, options = [] }: MountSettings): string[] {
  const quiet = ['exec', 'suid', 'dev'].filter((flag) => !options.includes(flag)).map((flag) => `no${flag}`)
  return [...quiet, readOnly ? 'ro' : 'rw', ...options]
}

function namespace(type: string, settings: NamespaceSettings): { type: string; path?: string }[] {
  switch (settings.kind) {
    case 'private':
      return [{ type }]
    case 'host':
      return []
    case 'path':
      return [{ type, path: settings.path }]
  }
}

function deviceRules(
  privileged: boolean,
  devices: readonly ResolvedDevice[],
  asked: ContainerSettings['deviceRules'],
): OciDeviceRule[] {
  if (privileged) return [{ allow: true, access: 'rwm' }]
  return [
    ...DEFAULT_DEVICE_RULES,
    ...devices.map(({ type, major, minor, permissions }) => ({
      allow: true,
      type,
      major,
      minor,
      access: permissions || 'rwm',
    })),
    ...asked.map((rule) => ({ allow: true, ...rule })),
  ]
}

function buildSeccomp(
  settings: ContainerSettings,
  granted: readonly string[],
  facts: SpecFacts,
): OciSeccomp | null {
  if (settings.process.privileged || settings.seccomp === 'unconfined') return null
  const profile =
    settings.seccomp === 'default' ? DEFAULT_SECCOMP : (settings.seccomp.profile as SeccompProfile)
  return resolveSeccomp(profile, { capabilities: granted, arch: facts.arch, kernel: facts.kernel })
}

/** The engine about itself: version, info, events, and what Longshore adds. */
import { readFileSync } from 'node:fs'
import { arch, availableParallelism, hostname, release, totalmem } from 'node:os'
import type { Readable } from 'node:stream'
import type { LongshoreCapabilities } from '../../api/longshore/capabilities.ts'
import type { HostCheckLine } from '../../api/longshore/host-check.ts'
import type { PortHolder } from '../../api/longshore/port-owner.ts'
import type { DiskUsage, DiskUsageKind, SystemInfo, VersionInfo } from '../../api/system.ts'
import { nowNano, rfc3339 } from '../clock.ts'
import type { Parts } from '../containers/parts.ts'
import { openEventStream } from '../events/event-stream.ts'
import type { Filters } from '../filters.ts'
import type { DaemonSettings, Settings } from '../settings.ts'
import { backingFilesystem } from './backing-filesystem.ts'
import { diskUsage, type UsageParts } from './disk-usage.ts'
import { limitsOfHost, limitWarnings, NO_LIMITS } from './limits.ts'
import { registryConfig } from './registry-config.ts'

/** What is fixed for this process. */
export interface EngineIdentity {
  readonly version: string
  readonly apiVersion: string
  readonly minApiVersion: string
  /** Names this root for good. */
  readonly engineId: string
  readonly root: string
  readonly rootless: boolean
  readonly settings: Settings
  readonly warnings: readonly string[]
  readonly checkHost: () => Promise<readonly HostCheckLine[]>
}

export class SystemService {
  readonly #parts: Parts
  readonly #identity: EngineIdentity
  readonly #usage: UsageParts

  constructor(parts: Parts, identity: EngineIdentity, usage: Omit<UsageParts, 'parts'>) {
    this.#parts = parts
    this.#identity = identity
    this.#usage = { ...usage, parts }
  }

  version(): VersionInfo {
    const { version, apiVersion, minApiVersion } = this.#identity
    const { runtime } = this.#parts
    const common = {
      Version: version,
      ApiVersion: apiVersion,
      MinAPIVersion: minApiVersion,
      GitCommit: '',
      GoVersion: '',
      Os: 'linux',
      Arch: goArch(),
      KernelVersion: release(),
      BuildTime: '',
    }
    const { name, version: runtimeVersion, conmon } = runtime.identity
    return {
      Platform: { Name: 'Longshore' },
      Components: [
        {
          Name: 'Engine',
          Version: version,
          Details: {
            ApiVersion: apiVersion,
            Arch: goArch(),
            BuildTime: '',
            Experimental: 'false',
            GitCommit: '',
            GoVersion: '',
            KernelVersion: release(),
            MinAPIVersion: minApiVersion,
            Os: 'linux',
          },
        },
        { Name: name, Version: runtimeVersion, Details: {} },
        { Name: 'conmon', Version: conmon, Details: {} },
        { Name: 'node', Version: process.versions.node, Details: {} },
      ],
      ...common,
    }
  }

  async info(): Promise<SystemInfo> {
    const { version, engineId, root, rootless, settings, warnings } = this.#identity
    const { runtime, registry, journal } = this.#parts
    const states = [...registry.all()].map(({ standing }) => standing.life.kind)
    const count = (kind: string) => states.filter((state) => state === kind).length
    const { name, path, cgroup, cgroupLack } = runtime.identity
    const limits = cgroupLack === null ? limitsOfHost(cgroup === 'v2' ? 'v2' : 'v1') : NO_LIMITS
    const { network, containers: common } = settings.now
    return {
      ID: engineId,
      Containers: states.length,
      ContainersRunning: count('running'),
      ContainersPaused: count('paused'),
      ContainersStopped: states.length - count('running') - count('paused'),
      Images: this.#usage.records.all().length,
      Driver: 'overlay2',
      DriverStatus: [
        ['Backing Filesystem', backingFilesystem(root)],
        ['Supports d_type', 'true'],
        ['Native Overlay Diff', 'true'],
      ],
      SystemStatus: null,
      Plugins: {
        Volume: ['local'],
        Network: ['bridge', 'host', 'null'],
        Authorization: null,
        Log: ['json-file', 'local', 'none'],
      },
      ...limits,
      IPv4Forwarding: readText('/proc/sys/net/ipv4/ip_forward').trim() === '1',
      BridgeNfIptables: readText('/proc/sys/net/bridge/bridge-nf-call-iptables').trim() === '1',
      BridgeNfIp6tables: readText('/proc/sys/net/bridge/bridge-nf-call-ip6tables').trim() === '1',
      Debug: settings.now.debug,
      NFd: 0,
      NGoroutines: 0,
      SystemTime: rfc3339(nowNano()),
      LoggingDriver: settings.now.containers.logDriver,
      CgroupDriver: cgroupLack === null ? 'cgroupfs' : 'none',
      CgroupVersion: cgroup === 'v2' ? '2' : '1',
      NEventsListener: journal.followers,
      KernelVersion: release(),
      OperatingSystem: /^PRETTY_NAME="?([^"\n]*)/m.exec(readText('/etc/os-release'))?.[1] ?? 'Linux',
      OSVersion: /^VERSION_ID="?([^"\n]*)/m.exec(readText('/etc/os-release'))?.[1] ?? '',
      OSType: 'linux',
      Architecture: machine(),
      IndexServerAddress: 'https://index.docker.io/v1/',
      RegistryConfig: registryConfig(settings.now.registries),
      NCPU: availableParallelism(),
      MemTotal: totalmem(),
      GenericResources: null,
      DockerRootDir: root,
      HttpProxy: process.env.HTTP_PROXY ?? '',
      HttpsProxy: process.env.HTTPS_PROXY ?? '',
      NoProxy: process.env.NO_PROXY ?? '',
      Name: hostname(),
      Labels: settings.now.labels,
      ExperimentalBuild: settings.now.experimental,
      ServerVersion: version,
      Runtimes: { [name]: { path } },
      DefaultRuntime: name,
      Swarm: {
        NodeID: '',
        NodeAddr: '',
        LocalNodeState: 'inactive',
        ControlAvailable: false,
        Error: '',
        RemoteManagers: null,
      },
      ProductLicense: '',
      CDISpecDirs: [],
      ...(network.addressPools.length > 0
        ? { DefaultAddressPools: network.addressPools.map(({ base, size }) => ({ Base: base, Size: size })) }
        : {}),
      FirewallBackend: { Driver: 'iptables' },
      LiveRestoreEnabled: settings.now.liveRestore,
      Isolation: '',
      InitBinary: 'docker-init',
      ContainerdCommit: { ID: '', Expected: '' },
      RuncCommit: { ID: '', Expected: '' },
      InitCommit: { ID: '', Expected: '' },
      SecurityOptions: securityOf(common, cgroup === 'v2', rootless, this.#parts.remap !== null),
      Warnings: nullIfNone([...warnings, ...(cgroupLack === null ? limitWarnings(limits) : [])]),
    }
  }

  events(query: { readonly since: string; readonly until: string; readonly filters: Filters }): Readable {
    return openEventStream(this.#parts.journal, query)
  }

  /** Without `kinds`, of everything. */
  diskUsage(kinds?: ReadonlySet<DiskUsageKind>): Promise<DiskUsage> {
    return diskUsage(this.#usage, kinds)
  }

  capabilities(): LongshoreCapabilities {
    const { version, root, rootless } = this.#identity
    const { name, version: runtimeVersion } = this.#parts.runtime.identity
    return {
      engineVersion: version,
      root,
      rootless,
      runtime: { name, version: runtimeVersion },
      features: ['port-owner', 'host-check', 'registries', 'prune', 'builds'],
    }
  }

  checkHost(): Promise<readonly HostCheckLine[]> {
    return this.#identity.checkHost()
  }

  async portOwner(port: number, protocol: 'tcp' | 'udp'): Promise<PortHolder> {
    const { records, registry, networks } = this.#parts
    const id = records.portHolder({ hostIp: '0.0.0.0', hostPort: port, protocol })
    const container = id === null ? undefined : registry.byId(id)
    if (container) return { kind: 'container', id: container.id, name: container.name }
    const owner = await networks.portOwner(port, protocol)
    if (owner === null) return { kind: 'free' }
    if (owner.pid === undefined) return { kind: 'unknown' }
    return { kind: 'process', pid: owner.pid, program: owner.program ?? '' }
  }
}

/** What confines containers here. */
function securityOf(
  { seccomp, noNewPrivileges }: DaemonSettings['containers'],
  cgroupNamespaces: boolean,
  rootless: boolean,
  remapped: boolean,
): readonly string[] {
  const profile = seccomp === 'default' ? 'builtin' : seccomp === 'unconfined' ? 'unconfined' : 'custom'
  return [
    `name=seccomp,profile=${profile}`,
    ...(rootless ? ['name=rootless'] : []),
    ...(remapped ? ['name=userns'] : []),
    ...(cgroupNamespaces ? ['name=cgroupns'] : []),
    ...(noNewPrivileges ? ['name=no-new-privileges'] : []),
  ]
}

function nullIfNone(lines: readonly string[]): readonly string[] | null {
  return lines.length > 0 ? lines : null
}

function goArch(): string {
  return ({ x64: 'amd64', ia32: '386' } as Record<string, string>)[arch()] ?? arch()
}

function machine(): string {
  return ({ x64: 'x86_64', arm64: 'aarch64' } as Record<string, string>)[arch()] ?? arch()
}

/** A file of the kernel that may not be there. */
function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

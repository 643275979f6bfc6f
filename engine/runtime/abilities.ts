/** Which limits the host's cgroups can hold: read once, from the files that the root group has. */
import { existsSync, readFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'
import type { CgroupLayout } from '../host/cgroup.ts'
import type { CgroupAccess } from '../host/cgroup-access.ts'
import type { SpecFacts } from './spec/build-spec.ts'
import { ALL_CAPABILITIES, possibleCapabilities } from './spec/capabilities.ts'

export interface Abilities {
  readonly memory: boolean
  readonly swap: boolean
  readonly swappiness: boolean
  readonly reservation: boolean
  readonly oomKillDisable: boolean
  readonly pids: boolean
  /** Quota and period of CPU time. */
  readonly cpuQuota: boolean
  readonly cpuShares: boolean
  readonly cpuRealtime: boolean
  readonly cpuset: boolean
  readonly blkioWeight: boolean
  readonly blkioWeightDevice: boolean
  readonly blkioThrottle: boolean
  readonly cgroupNamespace: boolean
  readonly apparmor: boolean
  readonly selinux: boolean
  /** How many CPUs there are. */
  readonly cpuCount: number
  /** CPUs and memory nodes that can be asked for, as lists of ranges (`0-3,6`). */
  readonly cpus: string
  readonly memoryNodes: string
  /** Names (`CAP_CHOWN`) of what the engine itself has, and so can give. */
  readonly capabilities: readonly string[]
  /** By ulimit's names, the engine's own hard limits where it cannot raise them. */
  readonly ulimitCeiling: ReadonlyMap<string, number>
  /** The lowest oom_score_adj that can be set, or null when any can. */
  readonly oomScoreFloor: number | null
}

/** A host that can hold every limit, with two CPUs; for tests and as a base. */
export const ABLE: Abilities = {
  memory: true,
  swap: true,
  swappiness: true,
  reservation: true,
  oomKillDisable: true,
  pids: true,
  cpuQuota: true,
  cpuShares: true,
  cpuRealtime: true,
  cpuset: true,
  blkioWeight: true,
  blkioWeightDevice: true,
  blkioThrottle: true,
  cgroupNamespace: true,
  apparmor: true,
  selinux: true,
  cpuCount: 2,
  cpus: '0-1',
  memoryNodes: '0',
  capabilities: ALL_CAPABILITIES,
  ulimitCeiling: new Map(),
  oomScoreFloor: null,
}

/** What this host can hold, for an engine that may make the cgroups that `access` says. */
export function readAbilities(layout: CgroupLayout, facts: SpecFacts, access: CgroupAccess): Abilities {
  const host = {
    cgroupNamespace: existsSync('/proc/self/ns/cgroup'),
    apparmor: read('/sys/module/apparmor/parameters/enabled').startsWith('Y'),
    selinux: existsSync('/sys/fs/selinux/enforce'),
    cpuCount: cpus().length,
    capabilities: possibleCapabilities(facts.boundingSet),
    ulimitCeiling: facts.limitCeiling,
    oomScoreFloor: facts.oomScoreFloor,
  }
  const base = access.kind === 'delegated' ? join(layout.unified ?? '', access.path) : undefined
  const limits = layout.kind === 'v2' ? v2(layout, base) : v1(layout)
  return { ...host, ...limits, ...(access.kind === 'none' ? NO_LIMITS : {}) }
}

type Limits = Omit<
  Abilities,
  'cgroupNamespace' | 'apparmor' | 'selinux' | 'cpuCount' | 'capabilities' | 'ulimitCeiling' | 'oomScoreFloor'
>

function v1({ controllers }: CgroupLayout): Limits {
  const has = (controller: string, file: string) => {
    const base = controllers.get(controller)
    return base !== undefined && existsSync(join(base, file))
  }
  const cpuset = controllers.get('cpuset') ?? ''
  return {
    memory: has('memory', 'memory.limit_in_bytes'),
    swap: has('memory', 'memory.memsw.limit_in_bytes'),
    swappiness: has('memory', 'memory.swappiness'),
    reservation: has('memory', 'memory.soft_limit_in_bytes'),
    oomKillDisable: has('memory', 'memory.oom_control'),
    pids: has('pids', 'cgroup.procs'),
    cpuQuota: has('cpu', 'cpu.cfs_quota_us'),
    cpuShares: has('cpu', 'cpu.shares'),
    cpuRealtime: has('cpu', 'cpu.rt_runtime_us'),
    cpuset: has('cpuset', 'cpuset.cpus'),
    blkioWeight: has('blkio', 'blkio.weight') || has('blkio', 'blkio.bfq.weight'),
    blkioWeightDevice: has('blkio', 'blkio.weight_device') || has('blkio', 'blkio.bfq.weight_device'),
    blkioThrottle: has('blkio', 'blkio.throttle.read_bps_device'),
    cpus: read(join(cpuset, 'cpuset.cpus')),
    memoryNodes: read(join(cpuset, 'cpuset.mems')),
  }
}

/** Of an engine that may make no cgroups. */
const NO_LIMITS = {
  memory: false,
  swap: false,
  swappiness: false,
  reservation: false,
  oomKillDisable: false,
  pids: false,
  cpuQuota: false,
  cpuShares: false,
  cpuRealtime: false,
  cpuset: false,
  blkioWeight: false,
  blkioWeightDevice: false,
  blkioThrottle: false,
} as const

/** `base` is the group below which the engine may make others. */
function v2({ unified }: CgroupLayout, base = unified ?? '/sys/fs/cgroup'): Limits {
  const has = new Set(read(join(base, 'cgroup.controllers')).split(' '))
  return {
    memory: has.has('memory'),
    swap: has.has('memory') && existsSync('/proc/swaps'),
    swappiness: false,
    reservation: has.has('memory'),
    oomKillDisable: false,
    pids: has.has('pids'),
    cpuQuota: has.has('cpu'),
    cpuShares: has.has('cpu'),
    cpuRealtime: false,
    cpuset: has.has('cpuset'),
    blkioWeight: has.has('io'),
    blkioWeightDevice: has.has('io'),
    blkioThrottle: has.has('io'),
    cpus: read(join(base, 'cpuset.cpus.effective')) || read('/sys/devices/system/cpu/online'),
    memoryNodes: read(join(base, 'cpuset.mems.effective')) || read('/sys/devices/system/node/online') || '0',
  }
}

/** Text of a file without its newline; empty when there is none. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch {
    return ''
  }
}

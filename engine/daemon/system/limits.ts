/** Which limits the kernel of this host can hold, by the files of its cgroups (kernel, cgroup-v1/ and cgroup-v2.rst). */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const MOUNT = '/sys/fs/cgroup'

/** Flags of info. */
export interface Limits {
  readonly MemoryLimit: boolean
  readonly SwapLimit: boolean
  readonly CpuCfsPeriod: boolean
  readonly CpuCfsQuota: boolean
  readonly CPUShares: boolean
  readonly CPUSet: boolean
  readonly PidsLimit: boolean
  readonly OomKillDisable: boolean
}

/** `mount` is where cgroups are mounted. */
export function limitsOfHost(version: 'v1' | 'v2', mount = MOUNT): Limits {
  return version === 'v2' ? unified(mount) : separate(mount)
}

function separate(mount: string): Limits {
  const has = (controller: string, file: string) => existsSync(join(mount, controller, file))
  return {
    MemoryLimit: has('memory', 'memory.limit_in_bytes'),
    SwapLimit: has('memory', 'memory.memsw.limit_in_bytes'),
    CpuCfsPeriod: has('cpu', 'cpu.cfs_period_us'),
    CpuCfsQuota: has('cpu', 'cpu.cfs_quota_us'),
    CPUShares: has('cpu', 'cpu.shares'),
    CPUSet: has('cpuset', 'cpuset.cpus'),
    // The root of this controller has no limit of its own.
    PidsLimit: existsSync(join(mount, 'pids')),
    OomKillDisable: has('memory', 'memory.oom_control'),
  }
}

function unified(mount: string): Limits {
  const controllers = readFileSync(join(mount, 'cgroup.controllers'), 'utf8').split(/\s+/)
  const has = (name: string) => controllers.includes(name)
  return {
    MemoryLimit: has('memory'),
    SwapLimit: has('memory') && swapIsCounted(mount),
    CpuCfsPeriod: has('cpu'),
    CpuCfsQuota: has('cpu'),
    CPUShares: has('cpu'),
    CPUSet: has('cpuset'),
    PidsLimit: has('pids'),
    OomKillDisable: false,
  }
}

/** Only cgroups below the root have the file. */
function swapIsCounted(mount: string): boolean {
  return readdirSync(mount, { withFileTypes: true }).some(
    (entry) => entry.isDirectory() && existsSync(join(mount, entry.name, 'memory.swap.max')),
  )
}

/** Nothing: for an engine that can make no cgroups. */
export const NO_LIMITS: Limits = {
  MemoryLimit: false,
  SwapLimit: false,
  CpuCfsPeriod: false,
  CpuCfsQuota: false,
  CPUShares: false,
  CPUSet: false,
  PidsLimit: false,
  OomKillDisable: false,
}

const WORDS: readonly (readonly [keyof Limits, string])[] = [
  ['MemoryLimit', 'memory limit'],
  ['SwapLimit', 'swap limit'],
  ['CpuCfsQuota', 'cpu cfs quota'],
  ['CPUShares', 'cpu shares'],
  ['CPUSet', 'cpuset'],
  ['PidsLimit', 'pids limit'],
]

/** Lines of info about what is missing, in Docker's words. */
export function limitWarnings(limits: Limits): readonly string[] {
  return WORDS.filter(([flag]) => !limits[flag]).map(([, what]) => `WARNING: No ${what} support`)
}

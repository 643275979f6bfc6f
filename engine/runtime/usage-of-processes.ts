/**
 * Usage of a container without a cgroup: the sum of its processes, from /proc (proc(5)). What processes that ended
 * have used counts as far as a parent in the container waited for them; disk traffic is not known.
 */
import { readFileSync } from 'node:fs'
import type { Usage } from './runtime.ts'
import { hostCpu, hostMemoryBytes, NANOS_PER_TICK } from './usage.ts'

/** The sum over `pids`; those that are gone count as nothing. */
export function usageOfProcesses(pids: readonly number[]): Usage {
  const all = pids.flatMap((pid) => one(pid) ?? [])
  const sum = (key: 'user' | 'kernel' | 'memory') => all.reduce((total, each) => total + each[key], 0)
  return {
    at: new Date(),
    cpuTotalNs: (sum('user') + sum('kernel')) * NANOS_PER_TICK,
    cpuUserNs: sum('user') * NANOS_PER_TICK,
    cpuKernelNs: sum('kernel') * NANOS_PER_TICK,
    ...hostCpu(),
    memoryBytes: sum('memory'),
    memoryLimitBytes: hostMemoryBytes(),
    memoryStats: {},
    pids: all.length,
    pidsLimit: 0,
    percpuNs: null,
    throttled: { periods: 0, exhausted: 0, timeNs: 0 },
    memoryMaxBytes: null,
    memoryFailures: null,
    diskBytes: [],
    diskOperations: [],
  }
}

function one(pid: number): { user: number; kernel: number; memory: number } | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number)
    const status = readFileSync(`/proc/${pid}/status`, 'utf8')
    const kilobytes = (name: string) =>
      Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0)
    // utime, stime, and cutime, cstime of children that were waited for.
    const [user = 0, kernel = 0, childUser = 0, childKernel = 0] = fields.slice(11, 15)
    return {
      user: user + childUser,
      kernel: kernel + childKernel,
      // Pages of files are shared with whoever reads the same file.
      memory: (kilobytes('RssAnon') + kilobytes('RssShmem')) * 1024,
    }
  } catch {
    return null
  }
}

/** What an engine without cgroups says of itself and of containers that ask for limits, in Docker's words (moby, daemon/info_unix.go and daemon_unix.go). */
import type { HostConfig } from '../../api/container.ts'
import type { Runtime } from '../../runtime/runtime.ts'

type Identity = Pick<Runtime['identity'], 'cgroup' | 'cgroupLack'>

/** Lines of `info`; none where cgroups can be made. */
export function cgroupWarnings({ cgroup, cgroupLack }: Identity): readonly string[] {
  if (cgroupLack === null) return []
  const need =
    cgroup === 'v2'
      ? 'Systemd is required to enable cgroups in rootless-mode.'
      : 'To enable cgroups in rootless-mode, you need to boot the system in cgroup v2 mode'
  return [
    `WARNING: Running in rootless-mode without cgroups. ${need}`,
    ...['memory limit', 'swap limit', 'cpu cfs quota', 'cpu shares', 'cpuset', 'pids limit'].map(
      (what) => `WARNING: No ${what} support`,
    ),
  ]
}

/** Limits that a container asks for in vain. */
export function discardedLimits(host: HostConfig, { cgroupLack }: Identity): readonly string[] {
  if (cgroupLack === null) return []
  const asked: readonly (readonly [unknown, string])[] = [
    [
      host.Memory,
      'Your kernel does not support memory limit capabilities or the cgroup is not mounted. Limitation discarded.',
    ],
    [
      host.MemorySwap,
      'Your kernel does not support swap limit capabilities or the cgroup is not mounted. Memory limited without swap.',
    ],
    [
      host.MemoryReservation,
      'Your kernel does not support memory soft limit capabilities or the cgroup is not mounted. Limitation discarded.',
    ],
    [
      host.NanoCpus || host.CpuQuota || host.CpuPeriod,
      'Your kernel does not support CPU CFS scheduler or the cgroup is not mounted. Quota discarded.',
    ],
    [
      host.CpuShares,
      'Your kernel does not support CPU shares or the cgroup is not mounted. Shares discarded.',
    ],
    [
      host.CpusetCpus || host.CpusetMems,
      'Your kernel does not support cpuset or the cgroup is not mounted. Cpuset discarded.',
    ],
    [
      (host.PidsLimit ?? 0) > 0,
      'Your kernel does not support PIDs limit capabilities or the cgroup is not mounted. PIDs limit discarded.',
    ],
    [host.OomKillDisable, 'Your kernel does not support OomKillDisable. OomKillDisable discarded.'],
    [
      host.BlkioWeight || deviceLimits(host),
      'Your kernel does not support Block I/O limits or the cgroup is not mounted. Limits discarded.',
    ],
    [host.CgroupParent, 'This engine can make no cgroups. Cgroup parent discarded.'],
  ]
  return asked.flatMap(([value, words]) => (value ? [words] : []))
}

function deviceLimits(host: HostConfig): boolean {
  return [
    host.BlkioDeviceReadBps,
    host.BlkioDeviceWriteBps,
    host.BlkioDeviceReadIOps,
    host.BlkioDeviceWriteIOps,
  ].some((list) => (list ?? []).length > 0)
}

/** What an engine without cgroups says of itself and of containers that ask for limits, in Docker's words (moby, daemon/info_unix.go). */
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

/** What a container asks of cgroups in vain, beside limits (containers/options/resources.ts). */
export function discardedCgroups(host: HostConfig, { cgroupLack }: Identity): readonly string[] {
  if (cgroupLack === null) return []
  return [
    ...(host.CgroupParent ? ['This engine can make no cgroups. Cgroup parent discarded.'] : []),
    ...((host.DeviceCgroupRules ?? []).length > 0
      ? ['This engine can make no cgroups. Device cgroup rules discarded.']
      : []),
  ]
}

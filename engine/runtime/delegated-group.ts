/** The cgroup that systemd has given an engine without root. */
import type { CgroupLayout } from '../host/cgroup.ts'
import { type CgroupAccess, takeDelegated } from '../host/cgroup-access.ts'

/** The group made ready; or nothing, where the kernel does not let us after all. */
export function delegated(
  groups: CgroupLayout,
  access: Extract<CgroupAccess, { kind: 'delegated' }>,
): CgroupAccess {
  try {
    takeDelegated(groups, access)
    return access
  } catch (error) {
    return {
      kind: 'none',
      why: `the cgroup ${access.path} could not be divided: ${(error as Error).message}`,
      remedy: 'Start it by systemd: systemd-run --user --scope -p Delegate=yes longshore engine',
    }
  }
}

/** Settings by which hosts refuse users namespaces of their own, and the commands that lift them. */
import { existsSync, readFileSync } from 'node:fs'

/** The command for the setting that stands in the way; null when none does. */
export function namespaceRemedy(): string | null {
  if (numberIn('/proc/sys/user/max_user_namespaces') === 0)
    return 'Run: sudo sysctl user.max_user_namespaces=28633'
  // Debian's own kernels before 11.
  if (numberIn('/proc/sys/kernel/unprivileged_userns_clone') === 0)
    return 'Run: sudo sysctl kernel.unprivileged_userns_clone=1'
  // Ubuntu from 23.10 on.
  if (numberIn('/proc/sys/kernel/apparmor_restrict_unprivileged_userns') === 1)
    return 'Run: sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0'
  return null
}

function numberIn(path: string): number | null {
  return existsSync(path) ? Number(readFileSync(path, 'utf8')) : null
}

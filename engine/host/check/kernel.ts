/** What the kernel has for containers of any engine. */
import { existsSync, readFileSync } from 'node:fs'
import { cgroupLayout } from '../cgroup.ts'
import { fine, type HostFinding, lack, without } from './finding.ts'

/** File systems, cgroups, and what confines containers. */
export function kernelFindings(): readonly HostFinding[] {
  return [overlay(), cgroups(), seccomp(), apparmor()]
}

function overlay(): HostFinding {
  const known = readText('/proc/filesystems')
    .split('\n')
    .some((line) => line.trim().endsWith('\toverlay'))
  if (known) return fine('overlayfs', 'in the kernel')
  return lack('overlayfs', 'the kernel does not have it loaded', 'Run: sudo modprobe overlay')
}

function cgroups(): HostFinding {
  const words = {
    v1: 'version 1: limits work for root; users without root can set none',
    hybrid: 'version 1 beside 2 (hybrid): limits work for root; users without root can set none',
    v2: 'version 2: limits work',
  } as const
  return fine('cgroups', words[cgroupLayout().kind])
}

function seccomp(): HostFinding {
  const actions = readText('/proc/sys/kernel/seccomp/actions_avail')
  if (actions.includes('errno')) return fine('seccomp', 'filters system calls of containers')
  return lack(
    'seccomp',
    'this kernel filters no system calls: containers may try all of them',
    'Boot a kernel with CONFIG_SECCOMP_FILTER=y',
  )
}

/** Where a kernel has no AppArmor, nothing is lost but its confinement: no remedy short of another kernel. */
function apparmor(): HostFinding {
  if (apparmorEnabled()) return fine('AppArmor', 'in the kernel')
  const selinux = existsSync('/sys/fs/selinux/enforce')
  return without(
    'AppArmor',
    selinux
      ? 'not in this kernel, which has SELinux'
      : 'not in this kernel: containers are confined by namespaces, capabilities and seccomp alone',
    null,
  )
}

/** True when the kernel enforces AppArmor profiles. */
export function apparmorEnabled(): boolean {
  return readText('/sys/module/apparmor/parameters/enabled').trim() === 'Y'
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

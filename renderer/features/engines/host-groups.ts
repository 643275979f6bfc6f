/** What this host can do, told by what a person wants of it rather than by the programs that do it. */
import type { HostCheck } from '../../rpc/views.ts'

export interface HostGroup {
  readonly title: string
  readonly ok: boolean
  /** What does it, in short. */
  readonly by: string
  /** The checks that failed, each with its remedy. */
  readonly wrong: readonly HostCheck[]
}

const GROUPS: readonly { readonly title: string; readonly names: RegExp }[] = [
  {
    title: 'Containers, images and volumes',
    names: /^(oci runtime|crun|runc|conmon|overlay ?fs|native helper|rights|\/dev\/fuse)/i,
  },
  {
    title: 'Networks and published ports',
    names: /^(netavark|aardvark|iptables|nftables)/i,
  },
  { title: 'Memory and CPU limits', names: /^cgroups$/i },
  { title: 'Isolation', names: /^(seccomp|apparmor)/i },
  {
    title: 'Engines without root',
    names:
      /^(user namespaces|subordinate|newuidmap|xdg_|\/dev\/net\/tun|pasta|cgroup delegation|ports below)/i,
  },
]

/** Groups the checks; one that belongs nowhere stands for itself, under its own name. */
export function groupChecks(checks: readonly HostCheck[]): readonly HostGroup[] {
  const groups: HostGroup[] = []
  for (const { title, names } of GROUPS) {
    const members = checks.filter((check) => names.test(check.name))
    if (members.length > 0) groups.push(groupOf(title, members))
  }
  for (const check of checks) {
    if (!GROUPS.some((group) => group.names.test(check.name))) groups.push(groupOf(check.name, [check]))
  }
  return groups
}

function groupOf(title: string, members: readonly HostCheck[]): HostGroup {
  const wrong = members.filter((check) => !check.ok)
  const by =
    members.length === 1
      ? (members[0]?.detail ?? '')
      : members
          .map(short)
          .filter((part) => part !== '')
          .join(', ')
  return { title, ok: wrong.length === 0, by, wrong }
}

/** `/usr/bin/crun, 1.8.1` as `crun 1.8.1`; what has no version is not worth a word. */
function short(check: HostCheck): string {
  const match = /([^/\s]+), (\d[\w.]*)$/.exec(check.detail)
  return check.ok && match ? `${match[1]} ${match[2]}` : ''
}

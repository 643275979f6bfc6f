/** What this host gives an engine of a user without root. For root, the lines tell what its users would have. */
import { accessSync, constants, existsSync, readFileSync, statSync } from 'node:fs'
import { cgroupLayout } from '../cgroup.ts'
import { cgroupAccess } from '../cgroup-access.ts'
import { run } from '../exec.ts'
import { findProgram } from '../native-parts.ts'
import { namespaceRemedy } from '../rootless/refused.ts'
import { currentUser, giveIdsCommand, subordinateRanges, WANTED_IDS } from '../rootless/subordinate-ids.ts'
import { entered } from '../user-namespace.ts'
import { fine, type HostFinding, lack, without } from './finding.ts'

const TUN = '/dev/net/tun'
const ROOTLESS = 'rootless'

/** Every finding, the most needed first. */
export async function rootlessFindings(): Promise<readonly HostFinding[]> {
  const user = process.getuid?.() !== 0 || entered()
  /** Root does not need it, so that it is told and is no failure. */
  const missing = user ? lack : without
  return [
    await namespaces(user, missing),
    ...(user ? await ids() : []),
    idMappers(missing),
    ...(user ? [runtimeFolder()] : []),
    tun(user),
    wayOut(),
    delegation(user),
    lowPorts(),
  ]
}

type Missing = (
  name: string,
  detail: string,
  remedy: string,
  concerns: HostFinding['concerns'],
) => HostFinding

async function namespaces(user: boolean, missing: Missing): Promise<HostFinding> {
  const name = 'user namespaces'
  const remedy = namespaceRemedy()
  if (remedy !== null) return missing(name, 'users may make none', remedy, ROOTLESS)
  if (!user || entered()) return fine(name, 'users may make them', ROOTLESS)
  const args = ['--user', '--map-root-user', '--mount', 'sh', '-c', TRY_OVERLAY]
  const tried = await run('unshare', args, { expectExit: [0, 1, 2, 32], timeoutMs: 5_000 }).catch(() => null)
  if (tried?.code === 0) return fine(name, 'users may make them and mount overlays in them', ROOTLESS)
  const words = tried?.stderr.trim().split('\n').at(-1) ?? 'unshare is not installed'
  return missing(name, `overlays cannot be mounted in one: ${words}`, 'Boot Linux 5.11 or later', ROOTLESS)
}

/** On a tmpfs of the trial's own, with the option that the engine mounts with. */
const TRY_OVERLAY = `mount -t tmpfs tmpfs /mnt && cd /mnt && mkdir l u w m &&
  mount -t overlay -o lowerdir=l,upperdir=u,workdir=w,userxattr overlay m`

async function ids(): Promise<readonly HostFinding[]> {
  const user = currentUser()
  return Promise.all(
    (['uid', 'gid'] as const).map(async (kind) => {
      const name = `subordinate ${kind}s`
      const ranges = await subordinateRanges(kind, user)
      const count = ranges.reduce((sum, range) => sum + range.count, 0)
      if (count >= WANTED_IDS) return fine(name, `${count} of ${user.name}`, ROOTLESS)
      const detail =
        count === 0 ? `${user.name} has none` : `${user.name} has ${count}, and images expect ${WANTED_IDS}`
      return lack(name, detail, `Run: ${giveIdsCommand(user)}`, ROOTLESS)
    }),
  )
}

function idMappers(missing: Missing): HostFinding {
  const name = 'newuidmap'
  const found = findProgram('newuidmap')
  if (found && findProgram('newgidmap')) return fine(name, `${found}, and newgidmap`, ROOTLESS)
  return missing(
    name,
    'newuidmap and newgidmap are not installed',
    'Run: sudo apt-get install uidmap',
    ROOTLESS,
  )
}

function runtimeFolder(): HostFinding {
  const name = 'XDG_RUNTIME_DIR'
  const { uid, name: user } = currentUser()
  const folder = process.env.XDG_RUNTIME_DIR || `/run/user/${uid}`
  if (existsSync(folder)) return fine(name, folder, ROOTLESS)
  return lack(name, `${folder} is not there`, `Run: sudo loginctl enable-linger ${user}`, ROOTLESS)
}

function tun(user: boolean): HostFinding {
  const use = 'containers of users reach nothing beyond this host'
  if (!existsSync(TUN)) return without(TUN, `not there: ${use}`, 'Run: sudo modprobe tun', ROOTLESS)
  const everybody = constants.S_IROTH | constants.S_IWOTH
  const open = user ? mayOpen(TUN) : (statSync(TUN).mode & everybody) === everybody
  if (open) return fine(TUN, 'users may open it', ROOTLESS)
  return without(TUN, `users may not open it: ${use}`, `Run: sudo chmod 0666 ${TUN}`, ROOTLESS)
}

function wayOut(): HostFinding {
  const found = ['slirp4netns', 'pasta'].map((name) => findProgram(name)).find((path) => path !== null)
  if (found) return fine('slirp4netns or pasta', found, ROOTLESS)
  const detail = 'not installed: containers of users reach nothing beyond this host'
  return without('slirp4netns or pasta', detail, 'Run: sudo apt-get install slirp4netns', ROOTLESS)
}

function delegation(user: boolean): HostFinding {
  const name = 'cgroup delegation'
  const layout = cgroupLayout()
  if (!user && layout.kind === 'v2') return fine(name, 'systemd can delegate groups to users', ROOTLESS)
  const access = cgroupAccess(layout, true)
  if (access.kind === 'none')
    return without(name, `no limits, no pause: this host has ${access.why}`, access.remedy, ROOTLESS)
  const given = access.kind === 'delegated' ? access.controllers.join(', ') : 'all'
  return fine(name, `controllers ${given}`, ROOTLESS)
}

function lowPorts(): HostFinding {
  const name = 'ports below 1024'
  const first = Number(readFileSync('/proc/sys/net/ipv4/ip_unprivileged_port_start', 'utf8'))
  if (first <= 80) return fine(name, `users may bind ports from ${first} on`, ROOTLESS)
  return without(
    name,
    `users may bind ports from ${first} on`,
    'Run: sudo sysctl net.ipv4.ip_unprivileged_port_start=80',
    ROOTLESS,
  )
}

function mayOpen(path: string): boolean {
  try {
    accessSync(path, constants.R_OK | constants.W_OK)
    return true
  } catch {
    return false
  }
}

/**
 * Containers of root's engine whose own root is somebody else on the host (Docker's userns-remap): one user namespace
 * for all of them, and the engine's folders seen with owners shifted into it. On the disk owners are what the images
 * say, so that the same layers, volumes and containers serve with the remapping and without.
 */
import { chmod, chown, mkdir, readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { EngineError } from '../errors.ts'
import { run } from './exec.ts'
import { mounts, mountsBeneath, unmount } from './mount.ts'
import { nativeHelper } from './native-parts.ts'
import { firstFree, subordinateRanges, WANTED_IDS } from './rootless/subordinate-ids.ts'

/** The user that Docker makes for `default`. */
const DEFAULT_USER = 'dockremap'

/** The remapping of one engine. */
export interface UserRemap {
  /** The user namespace, by a path. */
  readonly userns: string
  /** Who root in a container is on the host. */
  readonly uid: number
  readonly gid: number
  /** The store and the volumes with owners as containers have them. */
  readonly store: string
  readonly volumes: string
}

/** The folders that containers of a remapping come to. */
export interface RemapFolders {
  readonly root: string
  readonly store: string
  readonly volumes: string
  readonly containers: string
  readonly state: string
}

/**
 * Makes what `who` asks for (`default`, or a user by name or number, with `:` and a group), or takes over what an
 * earlier engine made. Throws `invalid` for a user that is not there or has no ids, with the command that mends it.
 */
export async function openUserRemap(who: string, folders: RemapFolders): Promise<UserRemap> {
  const { uid, gid, count } = await rangeOf(who)
  const base = join(folders.state, 'remap', `${uid}.${gid}`)
  const at = (name: string) => join(base, name)
  await mkdir(base, { recursive: true, mode: 0o710 })
  const mounted = new Set(mounts().map(({ target }) => target))
  const shifting = at('shifting')
  const ids = [String(uid), String(gid), String(count)]
  if (!mounted.has(at('userns'))) await native(at('userns'), 'make', at('userns'), ...ids)
  // Root of the host has an id of its own in what it sees shifted, or it could make nothing there.
  if (!mounted.has(shifting)) await native(shifting, 'make', shifting, ...ids, 'also-root')
  for (const name of ['store', 'volumes'] as const) {
    await mkdir(at(name), { recursive: true, mode: 0o710 })
    await mkdir(folders[name], { recursive: true, mode: 0o710 })
    if (!mounted.has(at(name))) await view(folders[name], at(name), shifting)
  }
  // The runtime sets containers up as their own root, which must come through. Nobody else comes into the root; what
  // is seen shifted keeps its group, which has no name there.
  for (const folder of [folders.root, folders.state]) await admit(folder, gid)
  const below = [folders.store, join(folders.store, 'containers'), folders.containers, folders.volumes]
  for (const folder of [...below, join(folders.state, 'remap'), base]) {
    await mkdir(folder, { recursive: true, mode: 0o711 })
    await chmod(folder, 0o711)
  }
  return { userns: at('userns'), uid, gid, store: at('store'), volumes: at('volumes') }
}

/** Takes every remapping of an engine away, when none of its containers is left. */
export async function closeUserRemap(state: string): Promise<void> {
  for (const { target } of mountsBeneath(join(state, 'remap')).reverse()) await unmount(target)
}

/** The same after an engine that did not come to run, unless containers of an earlier one are there. */
export async function abandonUserRemap(state: string): Promise<void> {
  const containers = await readdir(join(state, 'bundles')).catch(() => [])
  if (containers.length === 0) await closeUserRemap(state)
}

/** Lets the group through a folder, to what it has the name of. */
async function admit(folder: string, gid: number): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o710 })
  await chown(folder, 0, gid)
  await chmod(folder, 0o710)
}

async function native(fresh: string, ...args: readonly string[]): Promise<void> {
  await rm(fresh, { force: true }) // of an engine before a reboot
  await run(nativeHelper(), ['userns', ...args])
}

async function view(source: string, at: string, userns: string): Promise<void> {
  try {
    await run(nativeHelper(), ['userns', 'view', source, at, userns])
  } catch (cause) {
    throw new EngineError(
      'unavailable',
      `userns-remap needs a kernel and a file system that can shift owners (Linux 5.19; ext4, xfs or btrfs): ${(cause as Error).message}`,
      { cause },
    )
  }
}

async function rangeOf(
  who: string,
): Promise<{ readonly uid: number; readonly gid: number; readonly count: number }> {
  const [first = '', second] = who.split(':')
  const user = first === 'default' ? DEFAULT_USER : first
  const group = second ?? user
  if (first === 'default') await makeDefaultUser()
  const known = await entry('/etc/passwd', user)
  if (!known) throw new EngineError('invalid', `userns-remap names user "${user}", and this host has none`)
  const [uids] = await subordinateRanges('uid', { name: known.name, uid: known.id })
  const [gids] = await subordinateRanges('gid', { name: group, uid: known.id })
  if (!uids || !gids) {
    throw new EngineError(
      'invalid',
      `userns-remap names ${who}, which has no subordinate ids in /etc/subuid and /etc/subgid. Run: ${await giveIds(known.name)}`,
    )
  }
  return { uid: uids.first, gid: gids.first, count: Math.min(uids.count, gids.count, WANTED_IDS) }
}

/** As Docker: the user is made the first time. */
async function makeDefaultUser(): Promise<void> {
  if (await entry('/etc/passwd', DEFAULT_USER)) return
  await run('useradd', [
    '--system',
    '--user-group',
    '--shell',
    '/bin/false',
    '--no-create-home',
    DEFAULT_USER,
  ])
  const [program = '', ...args] = (await giveIds(DEFAULT_USER)).split(' ')
  await run(program, args)
}

async function giveIds(user: string): Promise<string> {
  const texts = await Promise.all(
    ['/etc/subuid', '/etc/subgid'].map((file) => readFile(file, 'utf8').catch(() => '')),
  )
  const first = firstFree(texts.join('\n'))
  const range = `${first}-${first + WANTED_IDS - 1}`
  return `usermod --add-subuids ${range} --add-subgids ${range} ${user}`
}

async function entry(
  file: string,
  who: string,
): Promise<{ readonly name: string; readonly id: number } | null> {
  const lines = (await readFile(file, 'utf8')).split('\n').map((line) => line.split(':'))
  const found = lines.find(([name, , id]) => name === who || id === who)
  return found ? { name: found[0] ?? '', id: Number(found[2]) } : null
}

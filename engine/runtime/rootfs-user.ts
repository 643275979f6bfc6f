/** Looks a user up in a root filesystem's own files, which may be hostile. */
import { readInRoot } from '../host/rooted-path.ts'
import type { ProcessSettings } from './runtime.ts'
import { type ResolvedUser, resolveUser } from './spec/user.ts'

/** Resolves the user of `process` against `/etc/passwd` and `/etc/group` inside `rootfs`. Throws as `resolveUser`. */
export async function lookupUser(
  rootfs: string,
  process: Pick<ProcessSettings, 'user' | 'groupAdd'>,
): Promise<ResolvedUser> {
  const [passwd, group] = await Promise.all([
    readInRoot(rootfs, '/etc/passwd'),
    readInRoot(rootfs, '/etc/group'),
  ])
  return resolveUser(process.user, process.groupAdd, { passwd: passwd ?? '', group: group ?? '' })
}

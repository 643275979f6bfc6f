/** Owners by name, as the files of a root have them. */
import { lookupUser } from '../../runtime/rootfs-user.ts'
import type { MadeRoot } from '../../store/made-roots.ts'

/** A user and a group of the root. */
export interface Owner {
  readonly uid: number
  readonly gid: number
}

/**
 * The owner that `user`, `uid`, `user:group` and the like name. Numbers need no look into the root, which is mounted
 * for names. A number alone is the group's, too. Throws `invalid` for a name that the root does not know.
 */
export async function ownerOf(root: MadeRoot, given: string): Promise<Owner> {
  const [user = '', group = ''] = given.split(':')
  if (/^\d+$/.test(user) && /^\d*$/.test(group)) {
    return { uid: Number(user), gid: Number(group === '' ? user : group) }
  }
  const { uid, gid } = await lookupUser(await root.mount(), { user: given, groupAdd: [] })
  return { uid, gid }
}

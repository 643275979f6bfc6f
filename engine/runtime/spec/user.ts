/** Who a container's process runs as, by the container's own passwd and group files (pure: takes their texts). */
import { EngineError } from '../../errors.ts'

/** A resolved user. `home` is `/` when no passwd line names it. */
export interface ResolvedUser {
  readonly uid: number
  readonly gid: number
  readonly additionalGids: readonly number[]
  readonly home: string
}

interface PasswdLine {
  readonly name: string
  readonly uid: number
  readonly gid: number
  readonly home: string
}

interface GroupLine {
  readonly name: string
  readonly gid: number
  readonly members: readonly string[]
}

/** Ids are 31 bits, as in Docker. */
const MAX_ID = 0x7fffffff

/**
 * Resolves `user` (`name`, `uid`, `name:group`, `uid:gid`, or empty for root) and the names or ids of `groupAdd`.
 * A number that no line names stands for itself; an unknown name throws `invalid` in Docker's words.
 * Supplementary groups are those that list the user, unless a group is given.
 */
export function resolveUser(
  user: string,
  groupAdd: readonly string[],
  files: { readonly passwd: string; readonly group: string },
): ResolvedUser {
  const [userPart = '', groupPart = ''] = split(user)
  const passwd = parsePasswd(files.passwd)
  const groups = parseGroup(files.group)
  const wanted = userPart === '' ? '0' : userPart
  const number = numeric(wanted)
  // A name wins over a number, so that a user called 1000 can exist; among lines the first counts.
  const line =
    passwd.find(({ name }) => name === userPart) ??
    (number === null ? undefined : passwd.find(({ uid }) => uid === number))
  if (!line && number === null) {
    throw new EngineError('invalid', `unable to find user ${userPart}: no matching entries in passwd file`)
  }
  const uid = line?.uid ?? (number as number)
  checkRange(uid, user)
  const gid = groupPart === '' ? (line?.gid ?? 0) : findGroup(groupPart, groups)
  const listed =
    groupPart === '' && line
      ? groups.filter(({ members }) => members.includes(line.name)).map((group) => group.gid)
      : []
  const added = groupAdd.map((name) => findGroup(name, groups))
  return { uid, gid, additionalGids: [...new Set([gid, ...listed, ...added])], home: line?.home || '/' }
}

function split(user: string): [string, string] {
  const colon = user.indexOf(':')
  return colon < 0 ? [user, ''] : [user.slice(0, colon), user.slice(colon + 1)]
}

function findGroup(wanted: string, groups: readonly GroupLine[]): number {
  const number = numeric(wanted)
  const gid = groups.find(({ name }) => name === wanted)?.gid ?? number
  if (gid === null) {
    throw new EngineError('invalid', `unable to find group ${wanted}: no matching entries in group file`)
  }
  checkRange(gid, wanted)
  return gid
}

function checkRange(id: number, from: string): void {
  if (id > MAX_ID)
    throw new EngineError('invalid', `uids and gids must be in range 0-${MAX_ID}, and ${from} is not`)
}

function numeric(text: string): number | null {
  return /^\d+$/.test(text) ? Number(text) : null
}

function parsePasswd(text: string): PasswdLine[] {
  return lines(text).flatMap((line) => {
    const [name = '', , uid = '', gid = '', , home = ''] = line.split(':')
    return name && numeric(uid) !== null ? [{ name, uid: Number(uid), gid: Number(gid) || 0, home }] : []
  })
}

function parseGroup(text: string): GroupLine[] {
  return lines(text).flatMap((line) => {
    const [name = '', , gid = '', members = ''] = line.split(':')
    return name && numeric(gid) !== null ? [{ name, gid: Number(gid), members: members.split(',') }] : []
  })
}

function lines(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
}

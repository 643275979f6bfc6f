/** Subordinate ids (subuid(5), subgid(5)): what a user may map into namespaces of its own. */
import { readFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import { EngineError } from '../../errors.ts'
import { run } from '../exec.ts'
import { findProgram } from '../native-parts.ts'
import { entered, hostUid } from '../user-namespace.ts'

/** Ids from `first` on that belong to a user. */
export interface SubordinateRange {
  readonly first: number
  readonly count: number
}

/** As many ids as images expect there to be: the traditional 16 bits. */
export const WANTED_IDS = 65_536

/** Where the command that fixes a lack starts giving ids; far above what distributions give by themselves. */
const SUGGESTED_FIRST = 524_288

/** A user as programs and files name it. */
export interface User {
  readonly name: string
  readonly uid: number
}

/** The user that this process runs as, as the host knows it. A uid without a name is its own name. */
export function currentUser(): User {
  const uid = hostUid()
  // Where a directory service has the user, /etc/passwd does not; inside a namespace only the file can tell.
  const line = readText('/etc/passwd')
    .split('\n')
    .find((entry) => entry.split(':')[2] === String(uid))
  if (line) return { name: line.slice(0, line.indexOf(':')), uid }
  try {
    return { name: entered() ? String(uid) : userInfo().username, uid }
  } catch {
    return { name: String(uid), uid }
  }
}

/** The ranges that a file of subordinate ids gives `user`, by name or number. Pure. */
export function rangesIn(text: string, user: User): readonly SubordinateRange[] {
  return text.split('\n').flatMap((line) => {
    const [who, first, count] = line.split(':')
    if (who !== user.name && who !== String(user.uid)) return []
    return Number(count) > 0 ? [{ first: Number(first), count: Number(count) }] : []
  })
}

/** The ranges of `user`: from the files, or by getsubids(1), which also asks a directory service. */
export async function subordinateRanges(
  kind: 'uid' | 'gid',
  user: User,
): Promise<readonly SubordinateRange[]> {
  const listed = rangesIn(readText(`/etc/sub${kind}`), user)
  if (listed.length > 0 || !findProgram('getsubids')) return listed
  const args = [...(kind === 'gid' ? ['-g'] : []), user.name]
  const asked = await run('getsubids', args, { expectExit: [0, 1] })
  return [...asked.stdout.matchAll(/^\d+:\s+\S+\s+(\d+)\s+(\d+)$/gm)].map((match) => ({
    first: Number(match[1]),
    count: Number(match[2]),
  }))
}

/** Where ids begin that the files give nobody. Pure. */
export function firstFree(text: string): number {
  const ends = text.split('\n').map((line) => {
    const [, first, count] = line.split(':').map(Number)
    return (first ?? 0) + (count ?? 0)
  })
  return Math.max(SUGGESTED_FIRST, ...ends.filter(Number.isInteger))
}

/** The command that gives a user ids that nobody has. */
export function giveIdsCommand(user: User): string {
  const first = firstFree(`${readText('/etc/subuid')}\n${readText('/etc/subgid')}`)
  const range = `${first}-${first + WANTED_IDS - 1}`
  return `sudo usermod --add-subuids ${range} --add-subgids ${range} ${user.name}`
}

/** Throws `unavailable`, with the command that mends it, unless `user` may map ids by newuidmap(1) and newgidmap(1). */
export async function needSubordinateIds(user: User): Promise<void> {
  for (const program of ['newuidmap', 'newgidmap']) {
    if (!findProgram(program)) {
      throw new EngineError(
        'unavailable',
        `${program} is not installed, which an engine without root needs to give containers ids of their own. Run: sudo apt-get install uidmap`,
      )
    }
  }
  for (const kind of ['uid', 'gid'] as const) {
    const ranges = await subordinateRanges(kind, user)
    if (ranges.length > 0) continue
    throw new EngineError(
      'unavailable',
      `user ${user.name} has no subordinate ${kind}s in /etc/sub${kind}, which an engine without root gives its containers. Run: ${giveIdsCommand(user)}`,
    )
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return '' // a host without the file gives nobody any
  }
}

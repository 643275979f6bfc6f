/** Which user namespace this process is in (user_namespaces(7)), and how its ids are those of the host. */
import { readFileSync } from 'node:fs'

/** One line of a map: `count` ids from `inside` on are those from `outside` on. */
export interface IdRange {
  readonly inside: number
  readonly outside: number
  readonly count: number
}

/** Every id there is: the map of the first user namespace, which every process of the host itself is in. */
const ALL_IDS = 0xffff_ffff

let own: readonly IdRange[] | null = null

/** Parses a uid_map or gid_map. */
export function parseIdMap(text: string): readonly IdRange[] {
  return text
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number))
    .filter((numbers) => numbers.length === 3)
    .map(([inside = 0, outside = 0, count = 0]) => ({ inside, outside, count }))
}

/** The id outside that `inside` stands for; null for one that the map has not. */
export function outsideId(map: readonly IdRange[], inside: number): number | null {
  const range = map.find((each) => inside >= each.inside && inside < each.inside + each.count)
  return range ? range.outside + (inside - range.inside) : null
}

function ownUidMap(): readonly IdRange[] {
  own ??= parseIdMap(readFileSync('/proc/self/uid_map', 'utf8'))
  return own
}

/**
 * True in any user namespace but the first: no device nodes can be made here, no `trusted.` attributes set, and
 * the host's cgroups and limits are others'.
 */
export function inUserNamespace(): boolean {
  const [first] = ownUidMap()
  return !(first?.inside === 0 && first.outside === 0 && first.count === ALL_IDS)
}

/** The user that this engine belongs to, as the host numbers it: root in a user namespace is somebody else outside. */
export function hostUid(): number {
  const uid = process.getuid?.() ?? 0
  return outsideId(ownUidMap(), uid) ?? uid
}

/** The descriptor of the lifeline in an engine that entered; null in one that did not (root). */
export function lifeline(): number | null {
  const number = Number(process.env.LONGSHORE_LIFELINE ?? '')
  return Number.isInteger(number) && number > 2 ? number : null
}

/** True in an engine that a user started, once it is in its own namespaces. */
export function entered(): boolean {
  return process.env.LONGSHORE_LIFELINE !== undefined
}

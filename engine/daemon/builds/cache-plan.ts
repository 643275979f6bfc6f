/**
 * Which records of the build cache go, and why each of the others stays (moby, builder prune; BuildKit, GC policies).
 * Pure: from what was seen to a plan.
 */
import type { RecordType } from '../../builder/solve/cache.ts'

/** A record as a plan sees it. Times in ms since 1970. */
export interface SeenRecord {
  readonly id: string
  readonly type: RecordType | 'exec.cachemount'
  readonly description: string
  readonly bytes: number
  readonly createdAt: number
  readonly usedAt: number
  readonly uses: number
  /** Records that it was made from. */
  readonly parents: readonly string[]
  /** A build that runs counts on it. */
  readonly inUse: boolean
  /** Names of images that have its layers: removing it frees nothing. */
  readonly images: readonly string[]
}

/** How much is to stay. Bytes; 0 is no such limit, and all 0 keeps nothing that may go. */
export interface SpaceLimits {
  /** As much is never taken away. */
  readonly reserved: number
  /** No more than that is kept. */
  readonly mostUsed: number
  /** So much of the disk is to be free. */
  readonly leastFree: number
}

export interface CacheWish {
  /** Also what images have, and what is the builder's own. */
  readonly all: boolean
  readonly fits: (record: SeenRecord) => boolean
  readonly limits: SpaceLimits
  readonly freeBytes: number
  readonly now: number
}

/** One line of a plan. */
export interface Verdict {
  readonly record: SeenRecord
  readonly goes: boolean
  /** For people: why it goes, or why it stays. */
  readonly reason: string
}

/** Goes from what was used longest ago; a record only after all that stand on it. */
export function planCache(seen: readonly SeenRecord[], wish: CacheWish): readonly Verdict[] {
  const verdicts = new Map<string, Verdict>()
  const stay = (record: SeenRecord, reason: string) =>
    verdicts.set(record.id, { record, goes: false, reason })
  const candidates: SeenRecord[] = []
  for (const record of seen) {
    const reason = spared(record, wish)
    if (reason === null) candidates.push(record)
    else stay(record, reason)
  }
  const keep = keepBytes(seen, wish)
  let total = bytesOf(seen)
  const above = standing(seen)
  const left = new Set(candidates.toSorted((a, b) => a.usedAt - b.usedAt))
  for (;;) {
    if (keep !== 0 && total <= keep) break
    const next = first(left, ({ id }) => (above.get(id)?.size ?? 0) === 0)
    if (!next) break
    left.delete(next)
    for (const parent of next.parents) above.get(parent)?.delete(next)
    verdicts.set(next.id, { record: next, goes: true, reason: `not used for ${ago(wish.now - next.usedAt)}` })
    if (next.images.length === 0) total -= next.bytes
  }
  for (const record of left) {
    const [one] = above.get(record.id) ?? []
    const within = `it fits in the ${keep} bytes that may stay, and others were used longer ago`
    stay(record, one && !(keep !== 0 && total <= keep) ? `${one.description} stands on it` : within)
  }
  return seen.flatMap(({ id }) => verdicts.get(id) ?? [])
}

/** Why a record stays whatever the space. */
function spared(record: SeenRecord, { all, fits }: CacheWish): string | null {
  if (record.inUse) return 'a running build uses it'
  if (!fits(record)) return 'no filter fits it'
  if (all) return null
  if (record.type === 'internal' || record.type === 'frontend') return 'it is the builder’s own'
  return record.images.length > 0 ? `it is a part of ${record.images.join(', ')}` : null
}

/** How much may stay; 0 is nothing (BuildKit, cache/manager.go, calculateKeepBytes). */
function keepBytes(seen: readonly SeenRecord[], { limits, freeBytes }: CacheWish): number {
  const { reserved, mostUsed, leastFree } = limits
  if (reserved === 0 && mostUsed === 0 && leastFree === 0) return 0
  const total = bytesOf(seen)
  const lacking = leastFree - freeBytes
  const most = mostUsed === 0 ? total : mostUsed
  const wanted = lacking > 0 ? Math.min(most, total - lacking) : most
  // Nothing at all would be read as no limit.
  return Math.max(wanted, reserved, 1)
}

/** What images have is theirs. */
function bytesOf(seen: readonly SeenRecord[]): number {
  return seen.reduce((sum, { bytes, images }) => sum + (images.length > 0 ? 0 : bytes), 0)
}

/** By id, the records that were made from it. */
function standing(seen: readonly SeenRecord[]): Map<string, Set<SeenRecord>> {
  const above = new Map<string, Set<SeenRecord>>()
  for (const record of seen) {
    for (const parent of record.parents) above.set(parent, (above.get(parent) ?? new Set()).add(record))
  }
  return above
}

function first<T>(all: Iterable<T>, fits: (one: T) => boolean): T | undefined {
  for (const one of all) if (fits(one)) return one
  return undefined
}

function ago(ms: number): string {
  const units: readonly (readonly [number, string])[] = [
    [86_400_000, 'day'],
    [3_600_000, 'hour'],
    [60_000, 'minute'],
    [1_000, 'second'],
  ]
  const [size, name] = units.find(([each]) => ms >= each) ?? [1_000, 'second']
  const count = Math.floor(ms / size)
  return `${count} ${name}${count === 1 ? '' : 's'}`
}

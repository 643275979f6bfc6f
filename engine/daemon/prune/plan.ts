/** What nothing needs, with the reason of each: from what was observed to a plan. Pure. */
import type { PrunePlan, PruneStep } from '../../api/longshore/prune.ts'

/** What a person asks for. */
export interface PruneWish {
  readonly containers: boolean
  readonly networks: boolean
  readonly volumes: 'none' | 'anonymous' | 'all'
  readonly images: 'none' | 'dangling' | 'unused'
  /** Whether labels and age let a thing go. `madeAt` in Unix milliseconds; null is of no age. */
  readonly fits: (labels: Readonly<Record<string, string>>, madeAt: number | null) => boolean
}

/** A container. */
export interface SeenContainer {
  readonly id: string
  readonly name: string
  /** It has a process, will have one again by its policy, or is just being worked on. */
  readonly busy: boolean
  /** As the list says it: `Exited (0) 2 hours ago`. */
  readonly status: string
  readonly madeAt: number
  readonly labels: Readonly<Record<string, string>>
  readonly imageIds: readonly string[]
  readonly volumes: readonly string[]
  readonly bytes: number
}

export interface SeenNetwork {
  readonly id: string
  readonly name: string
  readonly madeAt: number
  readonly labels: Readonly<Record<string, string>>
  /** Containers that are up on it. */
  readonly members: number
}

export interface SeenVolume {
  readonly name: string
  readonly anonymous: boolean
  readonly labels: Readonly<Record<string, string>>
  readonly bytes: number
}

export interface SeenImage {
  readonly id: string
  readonly names: readonly string[]
  readonly madeAt: number
  readonly labels: Readonly<Record<string, string>>
  readonly parent: string | null
  readonly layers: readonly { readonly diffId: string; readonly bytes: number }[]
}

/** Everything that there is; the networks without those that are always there. */
export interface Seen {
  readonly containers: readonly SeenContainer[]
  readonly networks: readonly SeenNetwork[]
  readonly volumes: readonly SeenVolume[]
  readonly images: readonly SeenImage[]
}

/** Containers first: what only they needed goes with them. */
export function planPrune(seen: Seen, wish: PruneWish): PrunePlan {
  const going = wish.containers
    ? seen.containers.filter(({ busy, labels, madeAt }) => !busy && wish.fits(labels, madeAt))
    : []
  const gone = new Set(going.map(({ id }) => id))
  const staying = seen.containers.filter(({ id }) => !gone.has(id))
  const steps = [
    ...going.map(({ id, name, status, bytes }): PruneStep => {
      const reason = status === 'Created' ? 'it was never started' : `it is not running: ${status}`
      return { kind: 'container', id, name, reason, bytes }
    }),
    ...networkSteps(seen, wish),
    ...volumeSteps(seen, wish, going, staying),
    ...imageSteps(seen, wish, going, staying),
  ]
  return { steps, bytes: steps.reduce((sum, { bytes }) => sum + bytes, 0) }
}

function networkSteps({ networks }: Seen, wish: PruneWish): PruneStep[] {
  if (!wish.networks) return []
  return networks
    .filter(({ members, labels, madeAt }) => members === 0 && wish.fits(labels, madeAt))
    .map(({ id, name }) => ({ kind: 'network', id, name, reason: 'no running container is on it', bytes: 0 }))
}

function volumeSteps(
  { volumes }: Seen,
  wish: PruneWish,
  going: readonly SeenContainer[],
  staying: readonly SeenContainer[],
): PruneStep[] {
  if (wish.volumes === 'none') return []
  const used = new Set(staying.flatMap((container) => container.volumes))
  return volumes
    .filter(({ name, anonymous, labels }) => {
      return !used.has(name) && (anonymous || wish.volumes === 'all') && wish.fits(labels, null)
    })
    .map(({ name, anonymous, bytes }) => {
      const owners = going.filter((container) => container.volumes.includes(name))
      const reason = `${anonymous ? 'it has no name of its own, and ' : ''}${whose(owners)} it`
      return { kind: 'volume', id: name, name, reason, bytes }
    })
}

/** Newest first, so that an image goes before what it was made of. */
function imageSteps(
  { images }: Seen,
  wish: PruneWish,
  going: readonly SeenContainer[],
  staying: readonly SeenContainer[],
): PruneStep[] {
  if (wish.images === 'none') return []
  const used = new Set(staying.flatMap(({ imageIds }) => imageIds))
  let left = images
  const chosen: SeenImage[] = []
  // One that was made of another keeps it; so those go in rounds.
  for (;;) {
    const parents = new Set(left.map(({ parent }) => parent))
    const round = left.filter(
      ({ id, names, labels, madeAt }) =>
        !used.has(id) &&
        !parents.has(id) &&
        (names.length === 0 || wish.images === 'unused') &&
        wish.fits(labels, madeAt),
    )
    if (round.length === 0) break
    chosen.push(...round.toSorted((a, b) => b.madeAt - a.madeAt))
    left = left.filter((image) => !round.includes(image))
  }
  const needed = new Set(left.flatMap(({ layers }) => layers.map(({ diffId }) => diffId)))
  return chosen.map(({ id, names, layers }) => {
    const own = layers.filter(({ diffId }) => !needed.has(diffId))
    for (const { diffId } of own) needed.add(diffId)
    const owners = going.filter(({ imageIds }) => imageIds.includes(id))
    const reason = `${names.length === 0 ? 'it has no name, and ' : ''}${whose(owners)} it`
    const bytes = own.reduce((sum, layer) => sum + layer.bytes, 0)
    return { kind: 'image', id, name: names.join(', ') || id.slice(7, 19), reason, bytes }
  })
}

function whose(owners: readonly SeenContainer[]): string {
  if (owners.length === 0) return 'no container needs'
  return `only ${owners.map(({ name }) => name).join(', ')}, which ${owners.length === 1 ? 'goes' : 'go'} too, needed`
}

/**
 * Where everything of a project's map stands: services in one row in the order in which they start, networks as lines
 * above them, volumes as lines below, what waits for what as arcs between. One row, so that no line goes through a box.
 * Pure.
 */
import type { ProjectMap } from '../../rpc/views.ts'

export const BOX = { width: 140, height: 52 } as const
const GAP = 28
const LEFT = 132
const LINE = 36
const TOP = 28

export interface PlacedService {
  readonly name: string
  readonly image: string
  readonly x: number
  readonly y: number
}

/** A network or a volume: a line with a tap for each service on it. */
export interface PlacedLine {
  readonly kind: 'network' | 'volume'
  readonly name: string
  readonly external: boolean
  readonly y: number
  readonly from: number
  readonly to: number
  readonly taps: readonly { readonly service: string; readonly x: number }[]
}

/** `from` waits for `to`. */
export interface PlacedArc {
  readonly from: string
  readonly to: string
  readonly path: string
  /** Where its arrow points. */
  readonly end: { readonly x: number; readonly y: number }
}

export interface MapLayout {
  readonly width: number
  readonly height: number
  readonly services: readonly PlacedService[]
  readonly lines: readonly PlacedLine[]
  readonly arcs: readonly PlacedArc[]
}

export function layoutMap(map: ProjectMap): MapLayout {
  const order = inStartOrder(map.services)
  const top = TOP + map.networks.length * LINE + 16
  const services = order.map((service, index) => ({
    name: service.name,
    image: service.image,
    x: LEFT + index * (BOX.width + GAP),
    y: top,
  }))
  const byName = new Map(services.map((service) => [service.name, service]))
  const bottom = top + BOX.height
  const arcs = order.flatMap((service) =>
    service.dependsOn.flatMap((name) => {
      const from = byName.get(service.name)
      const to = byName.get(name)
      return from && to ? [arcOf(from, to, bottom)] : []
    }),
  )
  const longest = Math.max(0, ...arcs.map(({ depth }) => depth))
  const below = bottom + longest + 34
  const width = LEFT + order.length * (BOX.width + GAP)
  const line = (kind: PlacedLine['kind'], name: string, external: boolean, y: number): PlacedLine => {
    const users = order.filter((service) =>
      service[kind === 'network' ? 'networks' : 'volumes'].includes(name),
    )
    const all = kind === 'network' ? map.networks : map.volumes
    const index = all.findIndex((each) => each.name === name)
    // Taps of one box stand beside each other, in the order of the lines.
    const step = (BOX.width * (kind === 'network' ? 1 : 0.5)) / (all.length + 1)
    const taps = users.map((service) => ({
      service: service.name,
      x: (byName.get(service.name)?.x ?? 0) + step * (index + 1),
    }))
    return { kind, name, external, y, from: LEFT - 12, to: Math.max(LEFT, ...taps.map(({ x }) => x)), taps }
  }
  return {
    width,
    height: below + map.volumes.length * LINE + 8,
    services,
    lines: [
      ...map.networks.map(({ name, external }, index) => line('network', name, external, TOP + index * LINE)),
      ...map.volumes.map(({ name, external }, index) => line('volume', name, external, below + index * LINE)),
    ],
    arcs: arcs.map(({ depth: _, ...arc }) => arc),
  }
}

function arcOf(
  from: PlacedService,
  to: PlacedService,
  bottom: number,
): PlacedArc & { readonly depth: number } {
  const forward = to.x > from.x
  // Right of where the taps of volumes stand.
  const start = from.x + BOX.width * (forward ? 0.85 : 0.6)
  const end = to.x + BOX.width * (forward ? 0.6 : 0.85)
  const steps = Math.max(1, Math.round(Math.abs(to.x - from.x) / (BOX.width + GAP)))
  const depth = Math.min(96, 18 + steps * 14)
  const low = bottom + depth
  return {
    from: from.name,
    to: to.name,
    depth,
    path: `M${start} ${bottom} C${start} ${low}, ${end} ${low}, ${end} ${bottom + 7}`,
    end: { x: end, y: bottom + 1 },
  }
}

/** Each after those that it waits for, then by name. */
function inStartOrder(services: ProjectMap['services']): ProjectMap['services'] {
  const byName = new Map(services.map((service) => [service.name, service]))
  const order = new Map<string, ProjectMap['services'][number]>()
  const visit = (name: string, above: readonly string[]): void => {
    const service = byName.get(name)
    if (!service || order.has(name) || above.includes(name)) return
    for (const other of service.dependsOn) visit(other, [...above, name])
    order.set(name, service)
  }
  for (const name of [...byName.keys()].sort()) visit(name, [])
  return [...order.values()]
}

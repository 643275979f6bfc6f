/** The stages of a build as a graph: what each stands on, how far it is, and where it stands on paper. Pure. */
import type { BuildStep } from '../../rpc/views.ts'

export interface StageView {
  readonly name: string
  readonly state: BuildStep['state']
  readonly startedAt: number | null
  readonly completedAt: number | null
  readonly inputs: readonly string[]
}

/** In the order of the Dockerfile. The build's own steps belong to none. */
export function stagesOf(steps: readonly BuildStep[]): readonly StageView[] {
  const byId = new Map(steps.map((step) => [step.id, step]))
  const names = [...new Set(steps.flatMap((step) => (step.stage === null ? [] : [step.stage])))]
  return names.map((name) => {
    const own = steps.filter((step) => step.stage === name)
    const inputs = new Set<string>()
    for (const step of own) for (const stage of stagesBelow(step, byId, new Set())) inputs.add(stage)
    inputs.delete(name)
    const times = own.flatMap(({ startedAt }) => (startedAt === null ? [] : [startedAt]))
    const ends = own.flatMap(({ completedAt }) => (completedAt === null ? [] : [completedAt]))
    return {
      name,
      state: stateOf(own.map(({ state }) => state)),
      startedAt: times.length > 0 ? Math.min(...times) : null,
      completedAt: ends.length === own.length ? Math.max(...ends) : null,
      inputs: [...inputs],
    }
  })
}

/** The stages that a step reads from, by way of steps that belong to none. */
function stagesBelow(
  step: BuildStep,
  byId: ReadonlyMap<string, BuildStep>,
  seen: Set<string>,
): readonly string[] {
  return step.inputs.flatMap((id) => {
    const input = byId.get(id)
    if (!input || seen.has(id)) return []
    seen.add(id)
    return input.stage === null ? stagesBelow(input, byId, seen) : [input.stage]
  })
}

function stateOf(states: readonly BuildStep['state'][]): BuildStep['state'] {
  for (const state of ['failed', 'running'] as const) if (states.includes(state)) return state
  if (states.every((state) => state === 'cached')) return 'cached'
  if (states.includes('waiting')) return 'waiting'
  return states.includes('cancelled') ? 'cancelled' : 'done'
}

export const STAGE = { height: 44, widest: 120, narrowest: 72 } as const
const GAP = { x: 26, y: 12 } as const
const EDGE = 2

export interface PlacedStage extends StageView {
  readonly x: number
  readonly y: number
}

export interface StageGraph {
  readonly width: number
  /** Of one stage. */
  readonly stageWidth: number
  readonly height: number
  readonly stages: readonly PlacedStage[]
  readonly edges: readonly { readonly from: string; readonly to: string; readonly path: string }[]
}

/**
 * Each stage right of those that it stands on; stages of one depth beneath each other. They are as wide as `room` (in
 * pixels) allows, as long as their names can be read.
 */
export function layoutStages(stages: readonly StageView[], room: number): StageGraph {
  const byName = new Map(stages.map((stage) => [stage.name, stage]))
  const depths = new Map<string, number>()
  const depthOf = (name: string): number => {
    const known = depths.get(name)
    if (known !== undefined) return known
    depths.set(name, 0) // no stage stands on itself, but nothing here need believe it
    const inputs = byName.get(name)?.inputs ?? []
    const depth = inputs.length === 0 ? 0 : Math.max(...inputs.map(depthOf)) + 1
    depths.set(name, depth)
    return depth
  }
  const columns: StageView[][] = []
  for (const stage of stages) {
    const depth = depthOf(stage.name)
    for (let at = columns.length; at <= depth; at++) columns.push([])
    columns[depth]?.push(stage)
  }
  const free = (room - 2 * EDGE + GAP.x) / Math.max(1, columns.length) - GAP.x
  const stageWidth = Math.floor(Math.min(STAGE.widest, Math.max(STAGE.narrowest, free)))
  const tallest = Math.max(1, ...columns.map((column) => column.length))
  const height = tallest * (STAGE.height + GAP.y) - GAP.y + 2 * EDGE
  const placed = columns.flatMap((column, depth) => {
    const own = column.length * (STAGE.height + GAP.y) - GAP.y
    return column.map((stage, row) => ({
      ...stage,
      x: EDGE + depth * (stageWidth + GAP.x),
      y: (height - own) / 2 + row * (STAGE.height + GAP.y),
    }))
  })
  const places = new Map(placed.map((stage) => [stage.name, stage]))
  const edges = placed.flatMap((stage) =>
    stage.inputs.flatMap((name) => {
      const from = places.get(name)
      return from ? [{ from: name, to: stage.name, path: pathBetween(from, stage, stageWidth) }] : []
    }),
  )
  return {
    width: Math.max(0, 2 * EDGE + columns.length * (stageWidth + GAP.x) - GAP.x),
    height,
    stageWidth,
    stages: placed,
    edges,
  }
}

function pathBetween(from: PlacedStage, to: PlacedStage, width: number): string {
  const start = { x: from.x + width, y: from.y + STAGE.height / 2 }
  const end = { x: to.x, y: to.y + STAGE.height / 2 }
  const middle = Math.max(GAP.x / 2, (end.x - start.x) / 2)
  return `M${start.x} ${start.y} C${start.x + middle} ${start.y}, ${end.x - middle} ${end.y}, ${end.x} ${end.y}`
}

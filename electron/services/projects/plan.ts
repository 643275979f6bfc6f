/** Plans as a person reviews them: each thing with its reason, and the steps that do it. */
import { createHash } from 'node:crypto'
import type { EngineClient } from '../../../engine/client/client.ts'
import { observe } from '../../../engine/compose/observe.ts'
import type { Change } from '../../../engine/compose/plan/change.ts'
import { planDown } from '../../../engine/compose/plan/down.ts'
import type { Plan } from '../../../engine/compose/plan/draft.ts'
import type { DiskSight, Observed } from '../../../engine/compose/plan/observed.ts'
import { type Action, describeAction, type Step } from '../../../engine/compose/plan/step.ts'
import { planUp } from '../../../engine/compose/plan/up.ts'
import type { Intent, PlanChange, PlanView } from '../../contract/projects.ts'
import type { NamedProject } from './load.ts'

/** A plan, and what it was made of. */
export interface Planned {
  readonly plan: Plan
  readonly loaded: NamedProject
  readonly view: PlanView
}

/** Observes and plans. `command` is the line that does the same. */
export async function planFor(
  client: EngineClient,
  loaded: NamedProject,
  intent: Intent,
  disk: DiskSight,
  command: string,
): Promise<Planned> {
  const observed = await observe(client, loaded.project, disk)
  const plan = planOf(loaded, observed, intent)
  const renamed =
    loaded.ownName === loaded.project.name
      ? []
      : [`the files name the project ${loaded.ownName}; on this engine it is ${loaded.project.name}`]
  return { plan, loaded, view: viewOf(plan, observed, command, renamed) }
}

function planOf({ project }: NamedProject, observed: Observed, intent: Intent): Plan {
  switch (intent.kind) {
    case 'up':
      return planUp(project, observed, {
        ...(intent.services ? { services: intent.services } : {}),
        ...(intent.recreate ? { recreate: intent.recreate } : {}),
        ...(intent.removeOrphans ? { removeOrphans: true } : {}),
        ...(intent.scale ? { scale: intent.scale } : {}),
      })
    case 'down':
      return planDown(project, observed, {
        volumes: intent.volumes ?? false,
        removeOrphans: intent.removeOrphans ?? false,
      })
  }
}

/** The plan for the page. Pure. */
export function viewOf(
  plan: Plan,
  observed: Pick<Observed, 'containers'>,
  command: string,
  warnings: readonly string[] = [],
): PlanView {
  const services = new Map(observed.containers.map((each) => [nameOf(each.inspect.Name), each.service]))
  for (const { action } of plan.steps) {
    if (action.kind === 'create') services.set(action.container.name, action.service)
  }
  const changes = distinct(plan.changes).map((change) => ({
    kind: change.kind,
    name: change.name,
    service: services.get(change.name) ?? null,
    verb: change.verb,
    reasons: change.reasons,
    keeps: change.keeps ?? [],
    steps: plan.steps.filter((step) => isOf(step.action, change, plan.steps)).map(({ number }) => number),
  })) satisfies PlanChange[]
  const steps = plan.steps.map(({ number, action, otherwise }) => ({
    number,
    words: describeAction(action),
    wait: action.kind === 'wait' || action.kind === 'watch' || action.kind === 'delay',
    rollsBack: otherwise?.kind === 'rollback',
  }))
  return {
    changes,
    steps,
    warnings: [...plan.warnings, ...warnings],
    refusals: plan.refusals,
    fingerprint: createHash('sha256')
      .update(JSON.stringify([changes, steps]))
      .digest('hex'),
    command,
  }
}

/** An image that several services run is one thing. */
function distinct(changes: readonly Change[]): readonly Change[] {
  const byKey = new Map<string, Change>()
  for (const change of changes) {
    const key = `${change.kind} ${change.name} ${change.verb}`
    if (!byKey.has(key)) byKey.set(key, change)
  }
  return [...byKey.values()]
}

/** Whether a step is part of what becomes of a thing. */
function isOf(action: Action, change: Change, steps: readonly Step[]): boolean {
  switch (action.kind) {
    case 'create-network':
    case 'remove-network':
      return change.kind === 'network' && action.name === change.name
    case 'create-volume':
    case 'remove-volume':
      return change.kind === 'volume' && action.name === change.name
    case 'pull':
    case 'build':
      return change.kind === 'image' && action.image === change.name
    case 'create':
      return change.kind === 'container' && action.container.name === change.name
    case 'start':
    case 'restart':
    case 'pause':
    case 'unpause':
    case 'kill':
      return change.kind === 'container' && action.name === change.name
    case 'stop':
    case 'remove':
    case 'rename':
      return change.kind === 'container' && (replaced(action.id, steps) ?? aside(action)) === change.name
    case 'remove-image':
      return change.kind === 'image' && action.name === change.name
    case 'hook':
      return change.kind === 'container' && action.shown === change.name
    case 'restore':
      return change.kind === 'container' && action.name === change.name
    case 'wait':
    case 'watch':
    case 'delay':
      return false
  }
}

/** The container that takes the place of the one with this id. */
function replaced(id: string, steps: readonly Step[]): string | undefined {
  for (const { action } of steps) {
    if (action.kind === 'create' && action.inPlaceOf === id) return action.container.name
  }
  return undefined
}

function aside(action: Extract<Action, { kind: 'stop' | 'remove' | 'rename' }>): string {
  return action.kind === 'rename' ? action.from : action.name
}

function nameOf(name: string): string {
  return name.replace(/^\//, '')
}

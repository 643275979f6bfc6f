/** Plans of what is done to containers that are there: start, stop, restart, pause, unpause, kill, rm. */
import type { Project, Service } from '../load/project.ts'
import type { Change, Verb } from './change.ts'
import type { Plan } from './draft.ts'
import { afterStart, beforeStop } from './hooks.ts'
import type { ObservedContainer } from './observed.ts'
import { Steps } from './step.ts'

/** What is asked for, with what it needs to know. */
export type LifecycleRequest =
  | { readonly kind: 'start' }
  /** Without seconds each container's own grace counts. */
  | { readonly kind: 'stop' | 'restart'; readonly graceSeconds?: number | undefined }
  | { readonly kind: 'pause' | 'unpause' }
  | { readonly kind: 'kill'; readonly signal: string }
  /** Removes what does not run; `stop` stops the others first. */
  | { readonly kind: 'remove'; readonly stop: boolean; readonly volumes: boolean }

/** Service -> the services that it depends on. */
export type Dependencies = Readonly<Record<string, readonly string[]>>

/**
 * Plans it for these containers. What starts waits for what it depends on; what stops waits for its dependents; what
 * is in the wanted state already is left alone.
 */
export function planLifecycle(
  request: LifecycleRequest,
  containers: readonly ObservedContainer[],
  dependencies: Dependencies,
  project?: Project,
): Plan {
  const steps = new Steps()
  const changes: Change[] = []
  const last = new Map<string, readonly number[]>()
  const order = inOrder(containers, dependencies)
  const backwards = request.kind === 'stop' || request.kind === 'remove'
  for (const container of backwards ? order.toReversed() : order) {
    const { service, inspect } = container
    const name = inspect.Name.replace(/^\//, '')
    const others = backwards ? dependents(service, dependencies) : (dependencies[service] ?? [])
    const after = waitsFor(request) ? others.flatMap((other) => last.get(other) ?? []) : []
    const step = add(
      request,
      container,
      name,
      steps,
      after,
      project?.services[service] ?? project?.disabled[service],
    )
    if (step === undefined) continue
    last.set(service, [...(last.get(service) ?? []), step])
    changes.push({
      kind: 'container',
      name,
      verb: verbOf(request),
      reasons: [`it is ${inspect.State.Status}`],
    })
  }
  return { changes, steps: steps.all, warnings: [], refusals: [] }
}

/** Containers in the order in which they start: after what they depend on, then by number. A circle is cut anywhere. */
export function inOrder(
  containers: readonly ObservedContainer[],
  dependencies: Dependencies,
): readonly ObservedContainer[] {
  const depths = new Map<string, number>()
  const depth = (service: string): number => {
    const known = depths.get(service)
    if (known !== undefined) return known
    depths.set(service, 0)
    const own = Math.max(0, ...(dependencies[service] ?? []).map((other) => 1 + depth(other)))
    depths.set(service, own)
    return own
  }
  return containers.toSorted(
    (a, b) =>
      depth(a.service) - depth(b.service) ||
      (a.service < b.service ? -1 : a.service > b.service ? 1 : a.number - b.number),
  )
}

function dependents(service: string, dependencies: Dependencies): readonly string[] {
  return Object.keys(dependencies).filter((other) => dependencies[other]?.includes(service))
}

function waitsFor({ kind }: LifecycleRequest): boolean {
  return kind === 'start' || kind === 'stop' || kind === 'restart' || kind === 'remove'
}

function verbOf({ kind }: LifecycleRequest): Verb {
  return kind === 'start' || kind === 'unpause'
    ? 'start'
    : kind === 'remove'
      ? 'remove'
      : kind === 'restart'
        ? 'restart'
        : 'stop'
}

function add(
  request: LifecycleRequest,
  { service, inspect }: ObservedContainer,
  name: string,
  steps: Steps,
  after: readonly number[],
  known: Service | undefined,
): number | undefined {
  const { Running: running, Paused: paused } = inspect.State
  const it = { service, id: inspect.Id, name }
  switch (request.kind) {
    case 'start':
      if (running) return undefined
      return afterStart(steps, known, name, steps.add({ kind: 'start', service, name }, after))
    case 'stop': {
      if (!running) return undefined
      const before = paused ? after : beforeStop(steps, known, it, after)
      return steps.add({ kind: 'stop', ...it, graceSeconds: request.graceSeconds ?? null }, before)
    }
    case 'restart': {
      const before = running && !paused ? beforeStop(steps, known, it, after) : after
      const restarted = steps.add(
        { kind: 'restart', ...it, graceSeconds: request.graceSeconds ?? null },
        before,
      )
      return afterStart(steps, known, name, restarted)
    }
    case 'pause':
      return running && !paused ? steps.add({ kind: 'pause', ...it }) : undefined
    case 'unpause':
      return paused ? steps.add({ kind: 'unpause', ...it }) : undefined
    case 'kill':
      return running ? steps.add({ kind: 'kill', ...it, signal: request.signal }) : undefined
    case 'remove': {
      if (running && !request.stop) return undefined
      const before = running && !paused ? beforeStop(steps, known, it, after) : after
      const stopped = running ? steps.add({ kind: 'stop', ...it, graceSeconds: null }, before) : undefined
      return steps.add({ kind: 'remove', ...it, volumes: request.volumes }, [...after, stopped])
    }
  }
}

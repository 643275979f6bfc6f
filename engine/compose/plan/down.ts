/** The plan of `down`: containers stop in the reverse of their order, then go; networks after them; volumes only when asked. */
import type { Project } from '../load/project.ts'
import type { Change } from './change.ts'
import { seconds } from './desired/amounts.ts'
import { LABEL } from './desired/labels.ts'
import type { Plan } from './draft.ts'
import { beforeStop } from './hooks.ts'
import { imageOf } from './identity.ts'
import type { Observed, ObservedContainer } from './observed.ts'
import { startOrder } from './order.ts'
import { Steps } from './step.ts'

export interface DownOptions {
  /** Named volumes of the project and anonymous ones go too. */
  readonly volumes?: boolean
  readonly removeOrphans?: boolean
  /** In place of each service's own grace. */
  readonly graceSeconds?: number
  /** Images go too: all that services use, or those alone that were built here without a name of their own. */
  readonly images?: 'all' | 'local'
}

/** Plans `down`. Nothing external is touched. */
export function planDown(project: Project, observed: Observed, options: DownOptions = {}): Plan {
  const steps = new Steps()
  const changes: Change[] = []
  const all = { ...project.disabled, ...project.services }
  const order = startOrder(all).map(({ name }) => name)
  const known = observed.containers.filter(({ service }) => options.removeOrphans || service in all)
  const removed = new Map<string, readonly number[]>()
  const rank = ({ service }: ObservedContainer) => order.indexOf(service)
  for (const container of known.toSorted((a, b) => rank(b) - rank(a))) {
    const { service, inspect } = container
    const name = inspect.Name.replace(/^\//, '')
    const grace = options.graceSeconds ?? ownGrace(all[service]?.stop_grace_period)
    // Those that depend on it go first.
    const dependents = Object.values(all).filter(({ depends_on }) => depends_on && service in depends_on)
    const after = dependents.flatMap((each) => removed.get(each.name) ?? [])
    const stopped = inspect.State.Running
      ? steps.add(
          { kind: 'stop', service, id: inspect.Id, name, graceSeconds: grace },
          inspect.State.Paused ? after : beforeStop(steps, all[service], { id: inspect.Id, name }, after),
        )
      : undefined
    const step = steps.add(
      { kind: 'remove', service, id: inspect.Id, name, volumes: options.volumes ?? false },
      stopped === undefined ? after : [stopped],
    )
    removed.set(service, [...(removed.get(service) ?? []), step])
    changes.push({ kind: 'container', name, verb: 'remove', reasons: [`it is ${inspect.State.Status}`] })
  }
  const gone = [...removed.values()].flat()
  for (const network of observed.networks.filter((each) => each.Labels?.[LABEL.project] === project.name)) {
    steps.add({ kind: 'remove-network', name: network.Name }, gone)
    changes.push({ kind: 'network', name: network.Name, verb: 'remove', reasons: [] })
  }
  for (const volume of observed.volumes.filter((each) => each.Labels?.[LABEL.project] === project.name)) {
    if (options.volumes) {
      steps.add({ kind: 'remove-volume', name: volume.Name }, gone)
      changes.push({
        kind: 'volume',
        name: volume.Name,
        verb: 'remove',
        reasons: ['--volumes: what is in it is lost'],
      })
    } else
      changes.push({
        kind: 'volume',
        name: volume.Name,
        verb: 'keep',
        reasons: ['--volumes would remove it'],
      })
  }
  for (const image of imagesToRemove(project, observed, options)) {
    steps.add({ kind: 'remove-image', name: image }, gone)
    changes.push({ kind: 'image', name: image, verb: 'remove', reasons: [`--rmi ${options.images}`] })
  }
  const left = observed.containers.filter((each) => !known.includes(each) && !each.oneoff)
  const warnings =
    left.length > 0
      ? [
          `${left.map(({ inspect }) => inspect.Name.replace(/^\//, '')).join(', ')}: no service of the files has them; --remove-orphans removes them`,
        ]
      : []
  return { changes, steps: steps.all, warnings, refusals: [] }
}

function imagesToRemove(project: Project, observed: Observed, { images }: DownOptions): readonly string[] {
  if (images === undefined) return []
  const services = Object.values({ ...project.disabled, ...project.services })
  const chosen = services.filter((service) => images === 'all' || service.image === undefined)
  return [...new Set(chosen.map((service) => imageOf(project, service)))].filter((name) =>
    observed.images.get(name),
  )
}

function ownGrace(duration: string | undefined): number | null {
  return duration === undefined ? null : seconds(duration)
}

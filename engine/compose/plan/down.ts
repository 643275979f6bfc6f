/** The plan of `down`: containers stop in the reverse of their order, then go; networks after them; volumes only when asked. */
import type { Project } from '../load/project.ts'
import type { Change } from './change.ts'
import { seconds } from './desired/amounts.ts'
import { LABEL } from './desired/labels.ts'
import type { Plan } from './draft.ts'
import type { Observed, ObservedContainer } from './observed.ts'
import { startOrder } from './order.ts'
import { Steps } from './step.ts'

export interface DownOptions {
  /** Named volumes of the project and anonymous ones go too. */
  readonly volumes?: boolean
  readonly removeOrphans?: boolean
  /** In place of each service's own grace. */
  readonly graceSeconds?: number
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
      ? steps.add({ kind: 'stop', service, id: inspect.Id, name, graceSeconds: grace }, after)
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
  return { changes, steps: steps.all, warnings: [], refusals: [] }
}

function ownGrace(duration: string | undefined): number | null {
  return duration === undefined ? null : seconds(duration)
}

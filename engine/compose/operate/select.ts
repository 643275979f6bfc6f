/**
 * Operate: what is done with the containers of a project that are there, whoever made them: finding them, logs, exec,
 * files. Plans and their steps are not here.
 *
 * This file: which containers a person means.
 */
import { EngineError } from '../../errors.ts'
import type { Project } from '../load/project.ts'
import { LABEL } from '../plan/desired/labels.ts'
import type { Dependencies } from '../plan/lifecycle.ts'
import type { ObservedContainer } from '../plan/observed.ts'

/** Which ones. Containers of `run` are left out unless `oneoff`. */
export interface Selection {
  /** All services when empty. */
  readonly services: readonly string[]
  readonly oneoff?: boolean
  /** The number of a copy of a service. */
  readonly index?: number | undefined
}

/** Those that are meant. Throws `not-found` for a service that neither the files nor the engine know. */
export function select(
  containers: readonly ObservedContainer[],
  { services, oneoff = false, index }: Selection,
  project?: Project,
): readonly ObservedContainer[] {
  const known = new Set([
    ...Object.keys(project?.services ?? {}),
    ...Object.keys(project?.disabled ?? {}),
    ...containers.map(({ service }) => service),
  ])
  for (const service of services) {
    if (!known.has(service)) throw new EngineError('not-found', `no such service: ${service}`)
  }
  return containers.filter(
    (each) =>
      (services.length === 0 || services.includes(each.service)) &&
      (oneoff || !each.oneoff) &&
      (index === undefined || each.number === index),
  )
}

/** The one container of a service that is meant: that of the number, else the first that runs. */
export function selectOne(
  containers: readonly ObservedContainer[],
  service: string,
  index: number | undefined,
  project?: Project,
): ObservedContainer {
  const found = select(containers, { services: [service], index }, project).toSorted(
    (a, b) => a.number - b.number,
  )
  const one = found.find(({ inspect }) => inspect.State.Running) ?? found[0]
  if (one) return one
  throw new EngineError(
    'not-found',
    index === undefined
      ? `service "${service}" has no container: bring it up first`
      : `service "${service}" has no container with the number ${index}`,
  )
}

/** Who depends on whom: as the files say, else as the labels of the containers remember. */
export function dependenciesOf(
  containers: readonly ObservedContainer[],
  project: Project | undefined,
): Dependencies {
  if (project) {
    const all = { ...project.disabled, ...project.services }
    return Object.fromEntries(
      Object.values(all).map(({ name, depends_on }) => [name, Object.keys(depends_on ?? {})]),
    )
  }
  return Object.fromEntries(
    containers.map(({ service, inspect }) => [service, fromLabel(inspect.Config.Labels?.[LABEL.dependsOn])]),
  )
}

/** `db:service_healthy:false,cache:service_started:true` */
function fromLabel(text: string | undefined): readonly string[] {
  return (text ?? '')
    .split(',')
    .map((entry) => entry.split(':')[0] ?? '')
    .filter((name) => name !== '')
}

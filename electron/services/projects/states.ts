/**
 * Projects: compose stacks as a person sees and changes them. This file: how a stack stands, from its containers. A job
 * that ended with 0 has done what it was for, and does not make the stack look stopped. Pure.
 */
import type { ContainerRow } from '../../contract/containers.ts'
import type { ProjectState, ServiceSummary } from '../../contract/projects.ts'

const ON = 'com.docker.compose.depends_on'
const ONE_OFF = 'com.docker.compose.oneoff'

/** Exit codes of a program that was asked to stop: SIGINT, SIGKILL, SIGTERM. */
const ASKED = new Set([130, 137, 143])

type Kind = 'running' | 'starting' | 'unhealthy' | 'restarting' | 'paused' | 'failed' | 'stopped' | 'ended'

/** The containers that are copies of services: those of `compose run` are not. */
export function copiesOf(containers: readonly ContainerRow[]): readonly ContainerRow[] {
  return containers.filter((row) => row.labels[ONE_OFF]?.toLowerCase() !== 'true')
}

/** Services for whose good end others wait: `migrate:service_completed_successfully:false` in a label. */
export function jobsOf(containers: readonly ContainerRow[]): ReadonlySet<string> {
  const jobs = new Set<string>()
  for (const { labels } of containers) {
    for (const entry of (labels[ON] ?? '').split(',')) {
      const [service, condition] = entry.split(':')
      if (service && condition === 'service_completed_successfully') jobs.add(service)
    }
  }
  return jobs
}

/** How containers stand together. `jobs` are services whose end is their purpose. */
export function stateOf(containers: readonly ContainerRow[], jobs: ReadonlySet<string>): ProjectState {
  if (containers.length === 0) return 'down'
  const kinds = new Set(containers.map(kindOf))
  const runs = ['running', 'starting', 'unhealthy'].some((kind) => kinds.has(kind as Kind))
  if (kinds.has('failed')) return 'failed'
  if (kinds.has('restarting')) return 'restarting'
  if (runs) {
    if (kinds.has('unhealthy')) return 'unhealthy'
    if (kinds.has('stopped') || kinds.has('paused')) return 'partial'
    return kinds.has('starting') ? 'starting' : 'running'
  }
  if (kinds.has('paused')) return 'paused'
  const done = containers.every((row) => kindOf(row) === 'ended' && jobs.has(row.service ?? ''))
  return done ? 'done' : 'stopped'
}

/** The services in the order of their names. */
export function servicesOf(containers: readonly ContainerRow[]): readonly ServiceSummary[] {
  const jobs = jobsOf(containers)
  const byName = Map.groupBy(copiesOf(containers), (row) => row.service ?? row.name)
  return [...byName]
    .map(([name, rows]) => ({
      name,
      state: stateOf(rows, jobs),
      running: rows.filter((row) => row.state.kind === 'running').length,
      containers: rows.length,
    }))
    .sort((one, other) => one.name.localeCompare(other.name, 'en', { numeric: true }))
}

/** Containers that ended with 0 while they were jobs, or while others run on. */
export function doneIn(containers: readonly ContainerRow[]): number {
  const jobs = jobsOf(containers)
  const runs = containers.some((row) => row.state.kind === 'running')
  return containers.filter((row) => kindOf(row) === 'ended' && (runs || jobs.has(row.service ?? ''))).length
}

function kindOf({ state }: ContainerRow): Kind {
  switch (state.kind) {
    case 'running':
      if (state.health === 'unhealthy') return 'unhealthy'
      return state.health === 'starting' ? 'starting' : 'running'
    case 'restarting':
    case 'paused':
      return state.kind
    case 'exited':
      if (state.outOfMemory) return 'failed'
      if (state.exitCode === 0) return 'ended'
      return ASKED.has(state.exitCode) ? 'stopped' : 'failed'
    case 'dead':
      return 'failed'
    case 'created':
    case 'removing':
      return 'stopped'
  }
}

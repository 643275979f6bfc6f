/** A project as its containers' labels tell it, where the files are not on this machine: enough to take it down. */
import type { Project, Service } from '../../../engine/compose/load/project.ts'
import type { ContainerRow } from '../../contract/containers.ts'
import { sourcesOf } from './rows.ts'
import { copiesOf } from './states.ts'

const CONDITIONS = ['service_started', 'service_healthy', 'service_completed_successfully'] as const

/** What each service waits for, by the label that every Compose writes: `db:service_healthy:false`. */
export function dependenciesOf(containers: readonly ContainerRow[]): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, readonly string[]>()
  for (const { service, labels } of containers) {
    if (service === null) continue
    found.set(
      service,
      wordsOf(labels).flatMap(([name]) => (name ? [name] : [])),
    )
  }
  return found
}

/** The project of these containers, all of one project. Pure. */
export function projectOfLabels(name: string, containers: readonly ContainerRow[]): Project {
  const services: Record<string, Service> = {}
  for (const { service, labels } of copiesOf(containers)) {
    if (service === null) continue
    const on = wordsOf(labels).flatMap(([other, word]) => {
      const condition = CONDITIONS.find((each) => each === word) ?? 'service_started'
      return other ? [[other, { condition, required: false }] as const] : []
    })
    services[service] = { name: service, depends_on: Object.fromEntries(on) }
  }
  const { directory, files } = sourcesOf(containers)
  return {
    name,
    directory: directory ?? '/',
    files,
    services,
    disabled: {},
    networks: {},
    volumes: {},
    configs: {},
    secrets: {},
    models: {},
    extensions: {},
  }
}

function wordsOf(labels: ContainerRow['labels']): readonly (readonly string[])[] {
  return (labels['com.docker.compose.depends_on'] ?? '')
    .split(',')
    .filter((entry) => entry !== '')
    .map((entry) => entry.split(':'))
}

/** What a service's container is called, runs, and is known by. */
import { createHash } from 'node:crypto'
import type { Project, Service } from '../load/project.ts'

/** The name of a service's container. */
export function containerName(project: Project, service: Service, number: number): string {
  return service.container_name ?? `${project.name}-${service.name}-${number}`
}

/** The image that a service runs: the one it names, or the one that is built for it. */
export function imageOf(project: Project, service: Service): string {
  return service.image ?? `${project.name}-${service.name}`
}

/** A hash of everything that would make a container another one. Keys are sorted: their order in the file says nothing. */
export function configHash(service: Service): string {
  const {
    build: _build,
    depends_on: _on,
    deploy,
    scale: _scale,
    profiles: _profiles,
    pull_policy: _policy,
    develop: _develop,
    ...rest
  } = service
  const { replicas: _replicas, ...deployed } = deploy ?? {}
  return createHash('sha256')
    .update(stable({ ...rest, deploy: deployed }))
    .digest('hex')
}

function stable(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(stable).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null'
  const entries = Object.entries(value).filter(([, each]) => each !== undefined)
  return `{${entries
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, each]) => `${JSON.stringify(key)}:${stable(each)}`)
    .join(',')}}`
}

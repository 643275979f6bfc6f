/** What an engine holds of a project, read once: everything the plan compares with what is asked for. */
import type { ContainerInspect } from '../../api/container.ts'
import type { NetworkInspect } from '../../api/network.ts'
import type { Volume } from '../../api/volume.ts'

/** A container of the project, whoever made it. */
export interface ObservedContainer {
  readonly service: string
  readonly number: number
  /** Made by `run`: not one of the service's copies. */
  readonly oneoff: boolean
  readonly inspect: ContainerInspect
}

/** What of an image a container takes over without being asked. */
export interface ObservedImage {
  readonly id: string
  readonly env: readonly string[]
  readonly labels: Readonly<Record<string, string>>
  readonly exposedPorts: readonly string[]
  readonly volumes: readonly string[]
  /** Whether it says when its containers are healthy. */
  readonly healthcheck: boolean
}

/** How far the engine sees the disk that the compose files are on. */
export type DiskSight = 'shared' | 'apart'

export interface Observed {
  readonly containers: readonly ObservedContainer[]
  /** Networks and volumes that bear the project's label or a name that the project wants. */
  readonly networks: readonly NetworkInspect[]
  readonly volumes: readonly Volume[]
  /** By the reference that a service names, or by id; null when the engine does not have it. */
  readonly images: ReadonlyMap<string, ObservedImage | null>
  readonly disk: DiskSight
}

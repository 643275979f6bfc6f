/** The container of a service as a plan makes it: names of other services are containers by then, and labels say whose it is. */
import type { Project, Service } from '../../load/project.ts'
import { configHash, containerName, imageOf } from '../identity.ts'
import { type DesiredContainer, desiredContainer } from './container.ts'
import { containerLabels } from './labels.ts'

/** Which container of the service it is. */
export interface Copy {
  readonly name: string
  readonly number: number
  readonly oneoff: boolean
  /** Whether it answers to its service's name; unless told, what is no one-off does. */
  readonly serviceAlias?: boolean
  /** Empty when it is not known yet. */
  readonly imageId: string
}

/** The container that this copy of a service is to be. */
export function desiredOf(project: Project, service: Service, copy: Copy): DesiredContainer {
  const first = (name: string) => {
    const other = project.services[name]
    return other ? containerName(project, other, 1) : name
  }
  const namespace = (mode: string | undefined) =>
    mode?.startsWith('service:') ? `container:${first(mode.slice(8))}` : (mode ?? '')
  return desiredContainer(service, project, {
    name: copy.name,
    image: imageOf(project, service),
    namespaces: {
      network: namespace(service.network_mode),
      ipc: namespace(service.ipc),
      pid: namespace(service.pid),
    },
    volumesFrom: (service.volumes_from ?? []).map((from) => {
      const parts = from.startsWith('container:')
        ? from.slice(10).split(':')
        : [first(from.split(':')[0] ?? ''), ...from.split(':').slice(1)]
      return parts.join(':')
    }),
    links: [],
    serviceAlias: copy.serviceAlias ?? !copy.oneoff,
    labels: containerLabels(project, service, {
      number: copy.number,
      hash: configHash(service),
      imageId: copy.imageId,
      oneoff: copy.oneoff,
    }),
  })
}

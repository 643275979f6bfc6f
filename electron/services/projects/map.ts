/** The map of a project: services, what they wait for, and the networks and volumes that they share. Pure. */
import type { Project } from '../../../engine/compose/load/project.ts'
import { imageOf } from '../../../engine/compose/plan/identity.ts'
import type { ObservedContainer } from '../../../engine/compose/plan/observed.ts'
import type { ProjectMap } from '../../contract/projects.ts'

/** As the files say it. */
export function mapOfProject(project: Project): ProjectMap {
  const services = Object.values(project.services).map((service) => ({
    name: service.name,
    image: imageOf(project, service),
    dependsOn: Object.keys(service.depends_on ?? {}).filter((name) => name in project.services),
    networks: Object.keys(service.networks ?? {}),
    volumes: distinct(
      (service.volumes ?? []).flatMap(({ type, source }) => (type === 'volume' && source ? [source] : [])),
    ),
  }))
  const used = new Set(services.flatMap(({ networks }) => networks))
  return {
    services,
    networks: Object.entries(project.networks)
      .filter(([key]) => used.has(key))
      .map(([key, { external }]) => ({ name: key, external: Boolean(external) })),
    volumes: Object.entries(project.volumes).map(([key, { external }]) => ({
      name: key,
      external: Boolean(external),
    })),
  }
}

/** As the containers have it, where nothing else is known. Names lose the project's own before them. */
export function mapOfContainers(
  name: string,
  observed: readonly ObservedContainer[],
  dependencies: ReadonlyMap<string, readonly string[]>,
): ProjectMap {
  const short = (text: string) => (text.startsWith(`${name}_`) ? text.slice(name.length + 1) : text)
  const copies = observed.filter(({ oneoff }) => !oneoff)
  const services = [...Map.groupBy(copies, ({ service }) => service)].map(([service, group]) => ({
    name: service,
    image: group[0]?.inspect.Config.Image ?? '',
    dependsOn: dependencies.get(service) ?? [],
    networks: distinct(
      group.flatMap(({ inspect }) => Object.keys(inspect.NetworkSettings.Networks ?? {}).map(short)),
    ),
    volumes: distinct(
      group.flatMap(({ inspect }) =>
        inspect.Mounts.flatMap(({ Type, Name }) =>
          Type === 'volume' && Name && !/^[0-9a-f]{64}$/.test(Name) ? [short(Name)] : [],
        ),
      ),
    ),
  }))
  const all = (pick: 'networks' | 'volumes') =>
    distinct(services.flatMap((service) => service[pick])).map((each) => ({ name: each, external: false }))
  return { services, networks: all('networks'), volumes: all('volumes') }
}

function distinct(names: readonly string[]): readonly string[] {
  return [...new Set(names)]
}

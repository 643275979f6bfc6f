/** The labels that are Docker Compose's contract with other tools. */
import type { Project, Service } from '../../load/project.ts'

/** Every label of Compose that is read or written here. */
export const LABEL = {
  project: 'com.docker.compose.project',
  service: 'com.docker.compose.service',
  number: 'com.docker.compose.container-number',
  oneoff: 'com.docker.compose.oneoff',
  configHash: 'com.docker.compose.config-hash',
  workingDirectory: 'com.docker.compose.project.working_dir',
  configFiles: 'com.docker.compose.project.config_files',
  dependsOn: 'com.docker.compose.depends_on',
  image: 'com.docker.compose.image',
  replace: 'com.docker.compose.replace',
  version: 'com.docker.compose.version',
  network: 'com.docker.compose.network',
  volume: 'com.docker.compose.volume',
} as const

/** The version of Docker Compose whose labels, names and rules these are. */
export const COMPOSE_VERSION = '2.40.0'

/** Labels of a container, beside those that the service itself has. */
export function containerLabels(
  project: Project,
  service: Service,
  facts: {
    readonly number: number
    readonly hash: string
    readonly imageId: string
    readonly oneoff: boolean
  },
): Readonly<Record<string, string>> {
  return {
    [LABEL.project]: project.name,
    [LABEL.service]: service.name,
    [LABEL.number]: String(facts.number),
    [LABEL.oneoff]: facts.oneoff ? 'True' : 'False',
    [LABEL.configHash]: facts.hash,
    [LABEL.workingDirectory]: project.directory,
    [LABEL.configFiles]: project.files.join(','),
    [LABEL.dependsOn]: dependencies(service),
    [LABEL.image]: facts.imageId,
    [LABEL.version]: COMPOSE_VERSION,
  }
}

/** `db:service_healthy:false,cache:service_started:true`: name, condition, restart. */
function dependencies({ depends_on: on }: Service): string {
  return Object.entries(on ?? {})
    .map(([name, { condition, restart }]) => `${name}:${condition}:${restart ?? false}`)
    .join(',')
}

/** Labels of a network or a volume of the project. */
export function resourceLabels(
  project: Project,
  kind: 'network' | 'volume',
  key: string,
  hash: string,
): Readonly<Record<string, string>> {
  return {
    [LABEL.project]: project.name,
    [LABEL[kind]]: key,
    [LABEL.configHash]: hash,
    [LABEL.version]: COMPOSE_VERSION,
  }
}

/** What a service asks for that one host, or this engine, cannot give: said before anything is done, never guessed. */
import type { Project, Service } from '../load/project.ts'
import type { DiskSight } from './observed.ts'

/** Warnings of what is left to a swarm, and refusals of what cannot be done here. */
export function limitsOf(
  service: Service,
  project: Project,
  disk: DiskSight,
): { readonly warnings: readonly string[]; readonly refusals: readonly string[] } {
  const at = `services.${service.name}`
  const swarm = (key: string, why: string) => `${at}.deploy.${key} is kept for the swarm: ${why}`
  const { deploy } = service
  const policy = deploy?.restart_policy
  const rollback = deploy?.rollback_config
  const warnings = [
    deploy?.mode === 'global' && swarm('mode', 'on one host a global service has one container'),
    deploy?.mode?.endsWith('-job') && swarm('mode', 'a job is run by compose run'),
    deploy?.endpoint_mode !== undefined &&
      swarm('endpoint_mode', 'here a service’s name answers with the addresses of its containers'),
    deploy?.labels && swarm('labels', 'they are the service’s, and no container’s'),
    deploy?.placement && swarm('placement', 'there is one host to place on'),
    deploy?.resources?.reservations?.cpus !== undefined &&
      swarm('resources.reservations.cpus', 'an engine reserves no processors'),
    deploy?.resources?.reservations?.generic_resources &&
      swarm('resources.reservations.generic_resources', 'an engine counts none'),
    service.restart === undefined &&
      policy?.delay &&
      swarm('restart_policy.delay', 'the engine waits by its own rule'),
    service.restart === undefined &&
      policy?.window &&
      swarm('restart_policy.window', 'the engine counts by its own rule'),
    service.restart === undefined &&
      policy?.max_attempts !== undefined &&
      policy.condition !== 'on-failure' &&
      swarm('restart_policy.max_attempts', 'the engine only counts with condition on-failure'),
    rollback?.monitor && swarm('rollback_config.monitor', 'what comes back ran before'),
    rollback?.max_failure_ratio !== undefined &&
      swarm('rollback_config.max_failure_ratio', 'what comes back ran before'),
    service.pre_start && `${at}.pre_start is not run: no engine has a moment for it`,
    /^(daily|weekly|every_)/.test(service.pull_policy ?? '') &&
      `${at}.pull_policy ${service.pull_policy}: an engine does not say when it pulled, so a pull is made only when the image is not there`,
  ].filter((line) => typeof line === 'string')
  return {
    warnings,
    refusals: [
      ...externals(service, project),
      ...platforms(service),
      ...(disk === 'shared' ? [] : unseen(service, project)),
    ],
  }
}

/** Systems and processors that images are made for (OCI image spec, config: GOOS and GOARCH of Linux and Windows). */
const PLATFORM =
  /^(linux\/(386|amd64|arm|arm64|loong64|mips64|mips64le|ppc64le|riscv64|s390x)|windows\/(amd64|arm64))(\/v?\d+)?$/

/** One image of several platforms (Compose Build, platforms) is more than a store of one host keeps. */
function platforms({ name, build }: Service): readonly string[] {
  const unknown = (build?.platforms ?? []).find((platform) => !PLATFORM.test(platform))
  if (unknown !== undefined)
    return [
      `services.${name}.build.platforms: "${unknown}" is no platform that an image can be built for: write linux/amd64 or linux/arm64`,
    ]
  if ((build?.platforms?.length ?? 0) < 2) return []
  return [
    `services.${name}.build.platforms: this engine keeps images of one platform, and cannot build one for ${build?.platforms?.join(', ')}: name one, or build with docker buildx`,
  ]
}

/** External secrets and configs are a swarm's: an engine by itself keeps none. */
function externals(service: Service, project: Project): readonly string[] {
  const of = (kind: 'secrets' | 'configs') =>
    (service[kind] ?? []).flatMap(({ source }) =>
      project[kind][source]?.external
        ? [
            `services.${service.name}.${kind}: ${source} is external, which only a swarm has: give it file, environment or content`,
          ]
        : [],
    )
  return [...of('secrets'), ...of('configs')]
}

/** Paths of this machine that an engine elsewhere would look for on its own disk. */
function unseen(service: Service, project: Project): readonly string[] {
  const binds = (service.volumes ?? []).flatMap(({ type, source }) =>
    type === 'bind' && source ? [source] : [],
  )
  const files = [
    ...(service.secrets ?? []).map(({ source }) => project.secrets[source]),
    ...(service.configs ?? []).map(({ source }) => project.configs[source]),
  ].flatMap((source) => (source?.file ? [source.file] : []))
  return [...binds, ...files].map(
    (source) =>
      `services.${service.name}: ${source} is a path of this machine, and the engine does not share its disk: use a volume, or a config with content`,
  )
}

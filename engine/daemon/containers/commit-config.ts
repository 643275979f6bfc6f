/** The config of a committed image: what the request says, what its changes say, and the container's own. Pure. */
import type { ContainerConfig } from '../../api/container.ts'
import type { ImageRunConfig } from '../../oci/image-config.ts'
import { applyChanges } from '../images/changes.ts'
import { mergeHealth } from './health/health.ts'

/**
 * `asked` is the request's body; without one the changes are made to the container's own config. What neither says is
 * the container's. Throws `invalid` for a change that is none.
 */
export function commitConfig(
  container: ContainerConfig,
  asked: Partial<ContainerConfig> | null,
  changes: readonly string[],
): ImageRunConfig {
  const own = runConfig(container)
  const wanted = applyChanges(asked === null ? own : runConfig(asked), changes)
  // As at a container's creation: a new entrypoint drops the old command.
  const entered = wanted.Entrypoint !== undefined && wanted.Entrypoint !== null
  const Entrypoint = entered ? wanted.Entrypoint : own.Entrypoint
  const Cmd = wanted.Cmd?.length ? wanted.Cmd : entered && wanted.Entrypoint?.length ? null : own.Cmd
  const named = new Set((wanted.Env ?? []).map((entry) => entry.split('=', 1)[0]))
  const health = mergeHealth(wanted.Healthcheck, own.Healthcheck)
  const stopSignal = wanted.StopSignal || own.StopSignal
  const shell = wanted.Shell ?? own.Shell
  const ports = { ...own.ExposedPorts, ...wanted.ExposedPorts }
  const volumes = { ...own.Volumes, ...wanted.Volumes }
  const labels = { ...own.Labels, ...wanted.Labels }
  const onBuild = wanted.OnBuild ?? own.OnBuild
  return {
    User: wanted.User || own.User || '',
    ...(Object.keys(ports).length > 0 ? { ExposedPorts: ports } : {}),
    Env: [...(wanted.Env ?? []), ...(own.Env ?? []).filter((entry) => !named.has(entry.split('=', 1)[0]))],
    ...(Cmd ? { Cmd } : {}),
    ...(Entrypoint ? { Entrypoint } : {}),
    ...(Object.keys(volumes).length > 0 ? { Volumes: volumes } : {}),
    WorkingDir: wanted.WorkingDir || own.WorkingDir || '',
    ...(Object.keys(labels).length > 0 ? { Labels: labels } : {}),
    ...(onBuild?.length ? { OnBuild: onBuild } : {}),
    ...(stopSignal ? { StopSignal: stopSignal } : {}),
    ...(shell ? { Shell: shell } : {}),
    ...(health ? { Healthcheck: health } : {}),
  }
}

/** The part of a container's config that images have. */
function runConfig(config: Partial<ContainerConfig>): ImageRunConfig {
  const { User, ExposedPorts, Env, Cmd, Entrypoint, Volumes, WorkingDir, Labels, OnBuild } = config
  const { StopSignal, Shell, Healthcheck } = config
  const given = { User, ExposedPorts, Env, Cmd, Entrypoint, Volumes, WorkingDir, Labels, OnBuild }
  return Object.fromEntries(
    Object.entries({ ...given, StopSignal, Shell, Healthcheck }).filter(
      ([, value]) => value !== undefined && value !== null,
    ),
  )
}

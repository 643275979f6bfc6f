/** Everything about one container, as Docker's inspect shows it. */
import type { ContainerInspect } from '../../api/container.ts'
import { MASKED_PATHS, READONLY_PATHS } from '../../runtime/spec/defaults.ts'
import type { Container } from './container.ts'
import { commandOf } from './define.ts'
import { containerFiles } from './files.ts'
import { wireState } from './lifecycle.ts'
import { mountPoint } from './mounts/mount-point.ts'
import { networkSettings } from './network-view.ts'
import { securityOptions } from './options/security.ts'
import type { Parts } from './parts.ts'

/** With `sizes` the writable layer and the whole root in bytes. */
export function inspectContainer(
  parts: Parts,
  container: Container,
  sizes: { readonly writable: number; readonly root: number } | null,
): ContainerInspect {
  const { definition, standing } = container
  const { host, config } = definition
  const [path = '', ...args] = commandOf(config)
  const files = containerFiles(parts.directory, container.id)
  const written = standing.life.kind !== 'created'
  return {
    Id: container.id,
    Created: definition.created,
    Path: path,
    Args: args,
    State: { ...wireState(standing.life), ...(container.health ? { Health: container.health } : {}) },
    Image: definition.imageId,
    ResolvConfPath: written ? files.resolvConf : '',
    HostnamePath: written ? files.hostname : '',
    HostsPath: written ? files.hosts : '',
    LogPath: written && host.LogConfig.Type === 'json-file' ? files.log : '',
    Name: `/${container.name}`,
    RestartCount: standing.restarts,
    Driver: 'overlay2',
    Platform: 'linux',
    MountLabel: '',
    ProcessLabel: '',
    AppArmorProfile: parts.runtime.abilities.apparmor ? securityOptions(host.SecurityOpt ?? []).apparmor : '',
    ExecIDs: container.execs.size > 0 ? [...container.execs] : null,
    HostConfig: {
      ...host,
      MaskedPaths: host.MaskedPaths ?? (host.Privileged ? null : MASKED_PATHS),
      ReadonlyPaths: host.ReadonlyPaths ?? (host.Privileged ? null : READONLY_PATHS),
    },
    GraphDriver: { Name: 'overlay2', Data: graphData(parts, container) },
    ...(sizes ? { SizeRw: sizes.writable, SizeRootFs: sizes.root } : {}),
    Mounts: definition.mounts.map((mount) => mountPoint(mount, (name) => parts.volumes.path(name))),
    Config: config,
    NetworkSettings: networkSettings(container, parts.networkRegistry),
  }
}

/** Docker's names for the folders of the root. */
function graphData({ store }: Parts, { id, definition }: Container) {
  const { lower, merged, upper, work } = store.rootfsPlaces(id, definition.diffIds)
  return { LowerDir: lower.join(':'), MergedDir: merged, UpperDir: upper, WorkDir: work }
}

/** Everything about one container, and what its removal would take. Pure. */
import type { ContainerInspect } from '../../../engine/client/shapes.ts'
import type { ContainerDetail } from '../../contract/containers.ts'
import { rowOfInspect } from './rows.ts'

export function detailOf(inspect: ContainerInspect): ContainerDetail {
  const { Config: config, HostConfig: host } = inspect
  return {
    row: rowOfInspect(inspect),
    command: config.Cmd ?? [],
    entrypoint: config.Entrypoint ?? [],
    environment: config.Env ?? [],
    workingDirectory: config.WorkingDir || '/',
    user: config.User || 'root',
    hostname: config.Hostname ?? '',
    restartPolicy: host.RestartPolicy?.Name || 'no',
    restartCount: inspect.RestartCount ?? 0,
    mounts: (inspect.Mounts ?? []).map((mount) => ({
      kind: mount.Type === 'bind' || mount.Type === 'tmpfs' ? mount.Type : 'volume',
      source: mount.Type === 'volume' ? (mount.Name ?? mount.Source) : mount.Source,
      destination: mount.Destination,
      readOnly: !mount.RW,
    })),
    networks: Object.entries(inspect.NetworkSettings.Networks ?? {}).map(([name, network]) => ({
      name,
      address: network.IPAddress ?? '',
      aliases: network.Aliases ?? [],
    })),
    raw: inspect,
  }
}

export interface RemovalPlan {
  readonly removes: readonly string[]
  readonly keeps: readonly string[]
  readonly running: boolean
}

/** `isAnonymous` tells of a volume whether an engine named it: those go with the container, named ones stay. */
export function removalPlan(
  inspect: ContainerInspect,
  isAnonymous: (volume: string) => boolean,
): RemovalPlan {
  const detail = detailOf(inspect)
  const removes = [`container ${detail.row.name}`, 'its changed files']
  const keeps = [`image ${detail.row.image}`]
  for (const mount of detail.mounts) {
    if (mount.kind === 'bind') keeps.push(`folder ${mount.source}`)
    else if (mount.kind === 'volume' && isAnonymous(mount.source)) {
      removes.push(`anonymous volume ${mount.source.slice(0, 12)} (${mount.destination})`)
    } else if (mount.kind === 'volume') keeps.push(`volume ${mount.source}`)
  }
  return { removes, keeps, running: inspect.State.Running }
}

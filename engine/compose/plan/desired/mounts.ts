/** What a service mounts, as the Docker API takes it. */
import type { MountRequest } from '../../../api/container.ts'
import type { Mount, Project, Service } from '../../load/project.ts'

/** Binds in the short form and everything else in the long one, as Docker Compose asks: engines treat them differently. */
export interface Mounted {
  readonly binds: readonly string[]
  readonly mounts: readonly MountRequest[]
  readonly tmpfs: Readonly<Record<string, string>>
}

/** Mounts of a service: volumes, tmpfs, and the files of its secrets and configs. */
export function mountsOf(service: Service, project: Project): Mounted {
  const volumes = service.volumes ?? []
  const isShort = (mount: Mount) =>
    mount.type === 'bind' && mount.bind?.create_host_path === true && !mount.bind.recursive
  return {
    binds: volumes.filter(isShort).map(bind),
    mounts: volumes.filter((mount) => !isShort(mount)).map((mount) => long(mount, project)),
    tmpfs: Object.fromEntries(
      (service.tmpfs ?? []).map((entry) => {
        const at = entry.indexOf(':')
        return at === -1 ? [entry, ''] : [entry.slice(0, at), entry.slice(at + 1)]
      }),
    ),
  }
}

/** The short form makes the folder of the host when it is not there. */
function bind({ source = '', target, read_only, bind: more, consistency }: Mount): string {
  const options = [read_only ? 'ro' : 'rw', more?.propagation, more?.selinux, consistency].filter(
    (option) => option,
  )
  return `${source}:${target}:${options.join(',')}`
}

function long(mount: Mount, project: Project): MountRequest {
  const { type, source, target, read_only, consistency } = mount
  const named = type === 'volume' && source !== undefined ? (project.volumes[source]?.name ?? source) : source
  return {
    Type: type,
    ...(named === undefined ? {} : { Source: named }),
    Target: target,
    ...(read_only ? { ReadOnly: true } : {}),
    ...(consistency ? { Consistency: consistency } : {}),
    ...options(mount),
  }
}

function options({ type, bind: more, volume, tmpfs, image }: Mount): Partial<MountRequest> {
  switch (type) {
    case 'bind':
      return {
        BindOptions: {
          ...(more?.propagation ? { Propagation: more.propagation } : {}),
          ...(more?.create_host_path ? { CreateMountpoint: true } : {}),
          ...(more?.recursive === 'disabled' ? { NonRecursive: true } : {}),
          ...(more?.recursive === 'readonly' ? { ReadOnlyForceRecursive: true } : {}),
          ...(more?.recursive === 'writable' ? { ReadOnlyNonRecursive: true } : {}),
        },
      }
    case 'volume':
      return {
        VolumeOptions: {
          ...(volume?.nocopy ? { NoCopy: true } : {}),
          ...(volume?.subpath ? { Subpath: volume.subpath } : {}),
          ...(volume?.labels ? { Labels: volume.labels } : {}),
        },
      }
    case 'tmpfs':
      return {
        TmpfsOptions: {
          ...(tmpfs?.size === undefined ? {} : { SizeBytes: Number(tmpfs.size) }),
          ...(tmpfs?.mode === undefined ? {} : { Mode: tmpfs.mode }),
        },
      }
    case 'image':
      return { ImageOptions: { ...(image?.subpath ? { Subpath: image.subpath } : {}) } }
    case 'cluster':
    case 'npipe':
      return {}
  }
}

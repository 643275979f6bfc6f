/** All mounts of a container that is being created; what is said later wins. */
import type { HostConfig } from '../../../api/container.ts'
import { EngineError } from '../../../errors.ts'
import type { Digest } from '../../../oci/descriptor.ts'
import type { MountRecord } from '../../records/container-record.ts'
import { anonymousVolume, modeWords, parseBind } from './bind-spec.ts'
import { cleanDestination } from './destination.ts'
import { parseMount } from './mount-request.ts'
import { tmpfsOptions } from './tmpfs-options.ts'

/** What plans ask of the engine. */
export interface MountContext {
  /** Mounts of another container. Throws `not-found`. */
  readonly mountsOf: (container: string) => readonly MountRecord[]
  /** An image by name. Throws `not-found`. */
  readonly imageOf: (name: string) => { readonly id: Digest; readonly diffIds: readonly Digest[] }
}

/** Throws `invalid` in Docker's words. */
export function planMounts(
  host: Partial<HostConfig>,
  imageVolumes: Readonly<Record<string, unknown>> | null | undefined,
  context: MountContext,
): MountRecord[] {
  const { driver } = volumeDriver(host)
  const planned = new Map<string, MountRecord>()
  for (const from of host.VolumesFrom ?? []) {
    for (const mount of mountsFrom(from, context)) planned.set(mount.destination, mount)
  }
  const asked = new Set<string>()
  const add = (mount: MountRecord) => {
    if (asked.has(mount.destination)) {
      throw new EngineError('invalid', `Duplicate mount point: ${mount.destination}`)
    }
    asked.add(mount.destination)
    planned.set(mount.destination, mount)
  }
  for (const bind of host.Binds ?? []) add(driver(parseBind(bind)))
  for (const mount of host.Mounts ?? []) add(parseMount(mount, context))
  for (const destination of Object.keys(imageVolumes ?? {})) {
    const path = cleanDestination(destination, `invalid volume specification: '${destination}': `)
    if (!planned.has(path)) planned.set(path, anonymousVolume(path))
  }
  for (const [destination, options] of Object.entries(host.Tmpfs ?? {})) {
    cleanDestination(destination, '')
    tmpfsOptions(options)
  }
  return [...planned.values()]
}

/** `name:mode`; one that is not there is a mistake in the request. */
function mountsFrom(text: string, { mountsOf }: MountContext): MountRecord[] {
  const [name = '', mode = 'rw', more] = text.split(':')
  if (name === '') throw new EngineError('invalid', 'volumes-from specification cannot be an empty string')
  if (more !== undefined || modeWords(mode).length === 0) {
    throw new EngineError('invalid', `invalid volumes-from specification: ${text}`)
  }
  const readOnly = modeWords(mode).includes('ro')
  let mounts: readonly MountRecord[]
  try {
    mounts = mountsOf(name)
  } catch (cause) {
    throw new EngineError('invalid', (cause as Error).message, { cause })
  }
  return mounts.flatMap((mount): MountRecord[] => {
    if (mount.kind === 'tmpfs') return []
    if (mount.kind === 'image') return [mount]
    return [{ ...mount, readOnly: mount.readOnly || readOnly }]
  })
}

/** The driver of the volumes that the short form names. Only one is there. */
function volumeDriver(host: Partial<HostConfig>) {
  const name = host.VolumeDriver || 'local'
  return {
    driver(mount: MountRecord): MountRecord {
      if (mount.kind === 'volume' && name !== 'local') throw noPlugin(mount.name, name)
      return mount
    },
  }
}

/** Docker's words for a volume whose driver nobody has. */
export function noPlugin(volume: string, driver: string): EngineError {
  return new EngineError(
    'not-found',
    `create ${volume}: error looking up volume plugin ${driver}: plugin "${driver}" not found`,
  )
}

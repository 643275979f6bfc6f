/** A container's mounts: from the four ways of asking (binds, mounts, the image's volumes, volumes-from) to records. */
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { normalize } from 'node:path'
import type { HostConfig, MountPoint, MountRequest } from '../../api/container.ts'
import { EngineError } from '../../errors.ts'
import type { MountRecord } from '../records/container-record.ts'
import { checkVolumeName } from '../volumes/volume-name.ts'

const PROPAGATIONS = ['private', 'rprivate', 'shared', 'rshared', 'slave', 'rslave']

/** Mounts of another container, by name, with `:ro` or `:rw` taken off. Throws `not-found`. */
export type MountsOf = (container: string) => readonly MountRecord[]

/** All mounts of a container that is being created; what is said later wins. Throws `invalid` in Docker's words. */
export function planMounts(
  host: Partial<HostConfig>,
  imageVolumes: Readonly<Record<string, unknown>> | null | undefined,
  mountsOf: MountsOf,
): MountRecord[] {
  const planned = new Map<string, MountRecord>()
  for (const from of host.VolumesFrom ?? []) {
    const [name = '', mode = 'rw'] = from.split(':')
    if (!['ro', 'rw', 'z', 'Z'].includes(mode)) {
      throw new EngineError('invalid', `invalid mode for volumes-from: ${mode}`)
    }
    for (const mount of mountsFrom(mountsOf, name)) {
      if (mount.kind === 'tmpfs') continue
      planned.set(mount.destination, { ...mount, readOnly: mount.readOnly || mode === 'ro' })
    }
  }
  const asked = new Set<string>()
  const add = (mount: MountRecord) => {
    if (asked.has(mount.destination)) {
      throw new EngineError('invalid', `Duplicate mount point: ${mount.destination}`)
    }
    asked.add(mount.destination)
    planned.set(mount.destination, mount)
  }
  for (const bind of host.Binds ?? []) add(parseBind(bind))
  for (const mount of host.Mounts ?? []) add(parseMount(mount))
  for (const destination of Object.keys(imageVolumes ?? {})) {
    const path = cleanDestination(destination, destination)
    if (!planned.has(path)) planned.set(path, anonymousVolume(path))
  }
  return [...planned.values()]
}

/** One that is not there is a mistake in the request. */
function mountsFrom(mountsOf: MountsOf, name: string): readonly MountRecord[] {
  try {
    return mountsOf(name)
  } catch (cause) {
    throw new EngineError('invalid', (cause as Error).message, { cause })
  }
}

/** `source:destination[:options]`; a source that is no path names a volume. */
export function parseBind(text: string): MountRecord {
  const parts = text.split(':')
  const [first = '', second, options = ''] = parts
  if (parts.length > 3 || first === '' || second === '') {
    throw new EngineError('invalid', `invalid volume specification: '${text}'`)
  }
  if (second === undefined) return anonymousVolume(cleanDestination(first, text))
  const destination = cleanDestination(second, text)
  const words = options.split(',').filter((word) => word !== '')
  const propagation = words.find((word) => PROPAGATIONS.includes(word)) ?? ''
  const known = ['ro', 'rw', 'z', 'Z', 'nocopy', 'cached', 'delegated', 'consistent', ...PROPAGATIONS]
  if (words.some((word) => !known.includes(word))) {
    throw new EngineError('invalid', `invalid mode: ${options}`)
  }
  const readOnly = words.includes('ro')
  if (first.startsWith('/')) {
    return {
      kind: 'bind',
      source: trimPath(first),
      destination,
      readOnly,
      mode: options,
      propagation: propagation || 'rprivate',
      nonRecursive: false,
      makeSource: true,
    }
  }
  const seed = !words.includes('nocopy')
  const mode = options || 'z'
  return {
    kind: 'volume',
    name: checkVolumeName(first),
    destination,
    readOnly,
    mode,
    anonymous: false,
    seed,
  }
}

/** One entry of `Mounts`. */
export function parseMount(mount: MountRequest): MountRecord {
  const { Type: type, Source: source = '', Target: target } = mount
  const fail = (why: string) => new EngineError('invalid', `invalid mount config for type "${type}": ${why}`)
  if (!target) throw fail('field Target must not be empty')
  if (!target.startsWith('/')) throw fail(`invalid mount path: '${target}' mount path must be absolute`)
  const destination = trimPath(target)
  if (destination === '/') throw fail("invalid specification: destination can't be '/'")
  const readOnly = mount.ReadOnly ?? false
  switch (type) {
    case 'bind': {
      if (source === '') throw fail('field Source must not be empty')
      if (!source.startsWith('/')) throw fail(`invalid mount path: '${source}' mount path must be absolute`)
      const makeSource = mount.BindOptions?.CreateMountpoint ?? false
      if (!makeSource && !existsSync(source)) throw fail(`bind source path does not exist: ${source}`)
      const propagation = mount.BindOptions?.Propagation || 'rprivate'
      if (!PROPAGATIONS.includes(propagation)) throw fail(`invalid propagation mode: ${propagation}`)
      const nonRecursive = mount.BindOptions?.NonRecursive ?? false
      return {
        kind: 'bind',
        source: trimPath(source),
        destination,
        readOnly,
        mode: '',
        propagation,
        nonRecursive,
        makeSource,
      }
    }
    case 'volume': {
      const driver = mount.VolumeOptions?.DriverConfig?.Name
      if (driver && driver !== 'local')
        throw fail(`error looking up volume plugin ${driver}: plugin "${driver}" not found`)
      if (mount.VolumeOptions?.Subpath) {
        throw new EngineError('not-implemented', 'this engine cannot mount a subpath of a volume')
      }
      const seed = !(mount.VolumeOptions?.NoCopy ?? false)
      const name = source === '' ? anonymousName() : checkVolumeName(source)
      return {
        kind: 'volume',
        name,
        destination,
        readOnly,
        mode: 'z',
        anonymous: source === '',
        seed,
      }
    }
    case 'tmpfs': {
      if (source !== '') throw fail('field Source must not be specified')
      const { SizeBytes, Mode } = mount.TmpfsOptions ?? {}
      const options = [
        ...(SizeBytes ? [`size=${SizeBytes}`] : []),
        ...(Mode ? [`mode=${Mode.toString(8)}`] : []),
        ...(readOnly ? ['ro'] : []),
      ]
      return { kind: 'tmpfs', destination, options }
    }
    default:
      throw new EngineError('invalid', `mount type unknown: "${type}"`)
  }
}

/** How inspect and the list show a mount. */
export function mountPoint(mount: MountRecord, volumePath: (name: string) => string): MountPoint {
  switch (mount.kind) {
    case 'volume':
      return {
        Type: 'volume',
        Name: mount.name,
        Source: volumePath(mount.name),
        Destination: mount.destination,
        Driver: 'local',
        Mode: mount.mode,
        RW: !mount.readOnly,
        Propagation: '',
      }
    case 'bind':
      return {
        Type: 'bind',
        Source: mount.source,
        Destination: mount.destination,
        Mode: mount.mode,
        RW: !mount.readOnly,
        Propagation: mount.propagation,
      }
    case 'tmpfs':
      return {
        Type: 'tmpfs',
        Source: '',
        Destination: mount.destination,
        Mode: '',
        RW: !mount.options.includes('ro'),
        Propagation: '',
      }
  }
}

function anonymousVolume(destination: string): MountRecord {
  const name = anonymousName()
  return { kind: 'volume', name, destination, readOnly: false, mode: '', anonymous: true, seed: true }
}

function anonymousName(): string {
  return randomBytes(32).toString('hex')
}

function cleanDestination(path: string, whole: string): string {
  if (!path.startsWith('/')) {
    const type = whole.startsWith('/') && whole.includes(':') ? 'bind' : 'volume'
    throw new EngineError(
      'invalid',
      `invalid volume specification: '${whole}': invalid mount config for type "${type}": invalid mount path: '${path}' mount path must be absolute`,
    )
  }
  const clean = trimPath(path)
  if (clean === '/') {
    throw new EngineError(
      'invalid',
      `invalid volume specification: '${whole}': invalid mount config for type "bind": invalid specification: destination can't be '/'`,
    )
  }
  return clean
}

function trimPath(path: string): string {
  const clean = normalize(path)
  return clean.length > 1 && clean.endsWith('/') ? clean.slice(0, -1) : clean
}

/** The long form of a mount, one entry of `HostConfig.Mounts` (moby's volume/mounts/linux_parser.go). */
import { existsSync } from 'node:fs'
import type { MountRequest } from '../../../api/container.ts'
import { EngineError } from '../../../errors.ts'
import type { MountRecord } from '../../records/container-record.ts'
import { checkDriverOptions } from '../../volumes/driver-options.ts'
import { checkVolumeName } from '../../volumes/volume-name.ts'
import { anonymousName, PROPAGATIONS } from './bind-spec.ts'
import { cleanDestination, cleanPath } from './destination.ts'
import { type MountContext, noPlugin } from './plan.ts'
import { tmpfsOptions } from './tmpfs-options.ts'

type Fail = (why: string) => EngineError
type OptionsField = 'BindOptions' | 'VolumeOptions' | 'TmpfsOptions' | 'ImageOptions'

/** Throws `invalid` in Docker's words, `not-found` for a driver or an image that is not there. */
export function parseMount(mount: MountRequest, context: Pick<MountContext, 'imageOf'>): MountRecord {
  const { Type: type, Target: target } = mount
  const prefix = `invalid mount config for type "${type}": `
  const fail: Fail = (why) => new EngineError('invalid', `${prefix}${why}`)
  if (!target) throw fail('field Target must not be empty')
  const destination = cleanDestination(target, prefix)
  switch (type) {
    case 'bind':
      return bind(mount, destination, fail)
    case 'volume':
      return volume(mount, destination, fail)
    case 'tmpfs':
      return tmpfs(mount, destination, fail)
    case 'image':
      return image(mount, destination, fail, context)
    default:
      throw fail('mount type unknown')
  }
}

/** Options of other kinds of mounts are a mistake. */
function only(mount: MountRequest, own: OptionsField, fail: Fail): void {
  for (const field of ['BindOptions', 'VolumeOptions', 'TmpfsOptions', 'ImageOptions'] as const) {
    if (field !== own && mount[field]) throw fail(`field ${field} must not be specified`)
  }
}

function bind(mount: MountRequest, destination: string, fail: Fail): MountRecord {
  const { Source: source = '', BindOptions: options = {}, ReadOnly: readOnly = false } = mount
  if (source === '') throw fail('field Source must not be empty')
  only(mount, 'BindOptions', fail)
  const propagation = options.Propagation || 'rprivate'
  if (!PROPAGATIONS.includes(propagation)) throw fail(`invalid propagation mode: ${propagation}`)
  if (!source.startsWith('/')) throw fail(`invalid mount path: '${source}' mount path must be absolute`)
  const { ReadOnlyNonRecursive = false, ReadOnlyForceRecursive = false, NonRecursive = false } = options
  if (ReadOnlyForceRecursive && (!readOnly || ReadOnlyNonRecursive || NonRecursive)) {
    throw fail('ReadOnlyForceRecursive needs ReadOnly, and neither ReadOnlyNonRecursive nor NonRecursive')
  }
  const makeSource = options.CreateMountpoint ?? false
  if (!makeSource && !existsSync(source)) throw fail(`bind source path does not exist: ${source}`)
  return {
    kind: 'bind',
    source: cleanPath(source),
    destination,
    readOnly,
    mode: '',
    propagation,
    nonRecursive: NonRecursive,
    makeSource,
    ...(ReadOnlyNonRecursive ? { readOnlyTopOnly: true } : {}),
  }
}

function volume(mount: MountRequest, destination: string, fail: Fail): MountRecord {
  const { Source: source = '', VolumeOptions: options = {}, ReadOnly: readOnly = false } = mount
  only(mount, 'VolumeOptions', fail)
  if (source === '' && readOnly) throw fail('must not set ReadOnly mode when using anonymous volumes')
  const subpath = options.Subpath ?? ''
  if (subpath.startsWith('/') || subpath.split('/').includes('..')) {
    throw fail('subpath must be a relative path within the volume')
  }
  if (source === '' && subpath !== '') throw fail('must not set Subpath when using anonymous volumes')
  const name = source === '' ? anonymousName() : checkVolumeName(source, `create ${source}: `)
  const driver = options.DriverConfig?.Name || 'local'
  if (driver !== 'local') throw noPlugin(name, driver)
  const driverOptions = options.DriverConfig?.Options ?? {}
  checkDriverOptions(driverOptions, `create ${name}: `)
  const labels = options.Labels ?? {}
  return {
    kind: 'volume',
    name,
    destination,
    readOnly,
    mode: 'z',
    anonymous: source === '',
    seed: !(options.NoCopy ?? false) && subpath === '',
    ...(subpath === '' ? {} : { subpath }),
    ...(Object.keys(driverOptions).length > 0 ? { driverOptions } : {}),
    ...(Object.keys(labels).length > 0 ? { labels } : {}),
  }
}

function tmpfs(mount: MountRequest, destination: string, fail: Fail): MountRecord {
  only(mount, 'TmpfsOptions', fail)
  if (mount.Source) throw fail('field Source must not be specified')
  const { SizeBytes = 0, Mode = 0, Options: more = [] } = mount.TmpfsOptions ?? {}
  if (SizeBytes < 0) throw fail('TmpfsOptions.SizeBytes must not be negative')
  const options = [
    ...(SizeBytes ? [`size=${SizeBytes}`] : []),
    ...(Mode ? [`mode=${Mode.toString(8)}`] : []),
    ...more.map((option) => option.join('=')),
    ...(mount.ReadOnly ? ['ro'] : []),
  ]
  return { kind: 'tmpfs', destination, options: tmpfsOptions(options.join(',')) }
}

/** The whole of an image, to be read (API 1.48). */
function image(
  mount: MountRequest,
  destination: string,
  fail: Fail,
  { imageOf }: Pick<MountContext, 'imageOf'>,
): MountRecord {
  only(mount, 'ImageOptions', fail)
  if (!mount.Source) throw fail('field Source must not be empty')
  if (mount.ImageOptions?.Subpath) throw fail('this engine mounts images whole: leave Subpath out')
  const { id, diffIds } = imageOf(mount.Source)
  return { kind: 'image', image: mount.Source, imageId: id, diffIds, destination }
}

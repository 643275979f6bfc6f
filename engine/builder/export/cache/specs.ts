/** What `--cache-from` and `--cache-to` mean. */
import { EngineError } from '../../../errors.ts'
import type { Registry } from '../../../registry/registry.ts'
import type { BuildRequest, CacheSpec } from '../../request.ts'
import type { CacheMode } from './export-cache.ts'
import { folderPlace } from './folder-place.ts'
import type { CachePlace } from './place.ts'
import { registryPlace } from './registry-place.ts'

/** A cache that is to be written: somewhere, or within the image. */
export type CacheTarget =
  | { readonly kind: 'inline' }
  | {
      readonly kind: 'place'
      readonly place: CachePlace
      readonly mode: CacheMode
      /** A failure of it is no failure of the build. */
      readonly ignoreError: boolean
    }

type Credentials = BuildRequest['credentials']

/** Throws `invalid`, and `not-implemented` for kinds that are others'. */
export function cacheSource(spec: CacheSpec, registry: Registry, credentials: Credentials): CachePlace {
  const { type, fields } = spec
  switch (type) {
    case 'registry':
      return registryPlace(registry, needed(spec, 'ref'), credentials)
    case 'local':
      return folderPlace(needed(spec, 'src'), fields.tag ?? 'latest')
    default:
      throw unknown(type, 'importer')
  }
}

/** Throws as `cacheSource`. */
export function cacheTarget(spec: CacheSpec, registry: Registry, credentials: Credentials): CacheTarget {
  const { type, fields } = spec
  const { mode = 'min' } = fields
  if (mode !== 'min' && mode !== 'max')
    throw new EngineError('invalid', `invalid cache mode "${mode}": there are min and max`)
  const rest = { kind: 'place', mode, ignoreError: fields['ignore-error'] === 'true' } as const
  switch (type) {
    case 'inline':
      return { kind: 'inline' }
    case 'registry':
      return { ...rest, place: registryPlace(registry, needed(spec, 'ref'), credentials) }
    case 'local':
      return { ...rest, place: folderPlace(needed(spec, 'dest'), fields.tag ?? 'latest') }
    default:
      throw unknown(type, 'exporter')
  }
}

function needed({ type, fields }: CacheSpec, name: string): string {
  const value = fields[name]
  if (value !== undefined && value !== '') return value
  throw new EngineError('invalid', `${name} is required for a cache of type ${type}`)
}

function unknown(type: string, what: string): EngineError {
  return new EngineError(
    'not-implemented',
    `unknown cache ${what}: "${type}"; there are registry, local and inline`,
  )
}

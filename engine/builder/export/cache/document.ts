/**
 * A build cache that travels: which key gives which layers, and where each layer's bytes are. Written as the config of
 * an OCI manifest whose layers are the cache's, so that any registry keeps it; or within an image's own config.
 */
import { EngineError } from '../../../errors.ts'
import type { Descriptor, Digest } from '../../../oci/descriptor.ts'
import { isDigest } from '../../../oci/digest.ts'
import { isLayerType } from '../../../oci/media-types.ts'
import type { RecordType } from '../../solve/cache.ts'

/** Type of the config that says that a manifest is a cache. */
export const CACHE_CONFIG = 'application/vnd.longshore.build-cache.v1+json'
/** Field of an image's config that holds the records of its own layers. */
export const INLINE_FIELD = 'longshore.build-cache.v1'

/** A record as it travels. */
export interface TravellingRecord {
  readonly keys: readonly string[]
  readonly diffIds: readonly Digest[]
  readonly inputs: readonly (string | null)[]
  readonly addedBytes: number
  /** Ms since 1970: an image made of it is the same as where it was made first. */
  readonly createdAt: number
  readonly description: string
  readonly type: RecordType
}

/** All of it. `layers` by diff id; every layer that a record names is there. */
export interface CacheDocument {
  readonly records: readonly TravellingRecord[]
  readonly layers: ReadonlyMap<Digest, Descriptor>
}

/** As JSON; `layers` are left out of an inline one, whose image says them. */
export function encodeRecords(records: readonly TravellingRecord[]): object {
  return { version: 1, records }
}

/** As the config of a cache's manifest. */
export function encodeCache({ records, layers }: CacheDocument): Buffer {
  const listed = [...layers].map(([diffId, descriptor]) => ({ diffId, ...descriptor }))
  return Buffer.from(JSON.stringify({ ...encodeRecords(records), layers: listed }))
}

/** Reads the config of a cache's manifest. Throws `invalid`: it comes from elsewhere. */
export function decodeCache(json: unknown): CacheDocument {
  const layers = new Map<Digest, Descriptor>()
  for (const entry of list(field(json, 'layers'))) {
    const { diffId, mediaType, digest, size } = entry as Record<string, unknown>
    if (!isDigestText(diffId) || !isDigestText(digest) || typeof mediaType !== 'string') throw damaged()
    if (!isLayerType(mediaType) || typeof size !== 'number' || !Number.isSafeInteger(size)) throw damaged()
    layers.set(diffId, { mediaType, digest, size })
  }
  return { records: decodeRecords(json, layers), layers }
}

/** Reads records whose layers are these; one that names another is left out. Throws `invalid`. */
export function decodeRecords(
  json: unknown,
  layers: ReadonlyMap<Digest, Descriptor>,
): readonly TravellingRecord[] {
  if (field(json, 'version') !== 1) {
    throw new EngineError('invalid', 'the build cache was written in a format that is not known here')
  }
  return list(field(json, 'records'))
    .map(decodeRecord)
    .filter(({ diffIds }) => diffIds.every((diffId) => layers.has(diffId)))
}

function decodeRecord(entry: unknown): TravellingRecord {
  const keys = list(field(entry, 'keys'))
  const diffIds = list(field(entry, 'diffIds'))
  const inputs = list(field(entry, 'inputs'))
  const addedBytes = field(entry, 'addedBytes')
  const createdAt = field(entry, 'createdAt')
  const description = field(entry, 'description')
  if (!keys.every(isText) || !diffIds.every(isDigestText)) throw damaged()
  if (!inputs.every((input): input is string | null => input === null || isText(input))) throw damaged()
  if (typeof addedBytes !== 'number' || typeof createdAt !== 'number' || !isText(description)) throw damaged()
  const type = field(entry, 'type') === 'internal' ? 'internal' : 'regular'
  return { keys, diffIds, inputs, addedBytes, createdAt, description, type }
}

function field(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) throw damaged()
  return (value as Record<string, unknown>)[name]
}

function list(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw damaged()
  return value
}

function isText(value: unknown): value is string {
  return typeof value === 'string'
}

function isDigestText(value: unknown): value is Digest {
  return isText(value) && isDigest(value)
}

function damaged(): EngineError {
  return new EngineError('invalid', 'the build cache is damaged: it does not say what a cache says')
}

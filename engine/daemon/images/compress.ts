/** Layers made on this machine are kept as plain tars: before they travel they are compressed, once for all. */
import { createGzip } from 'node:zlib'
import { EngineError } from '../../errors.ts'
import type { Descriptor } from '../../oci/descriptor.ts'
import { DOCKER_LAYER, OCI_LAYER } from '../../oci/media-types.ts'
import type { ImageRecord, ImageRecords, Store } from '../../store/store.ts'
import { describe, once } from './local-image.ts'

/** Is this layer a tar without compression? */
export function isPlain({ mediaType }: Descriptor): boolean {
  return mediaType === OCI_LAYER || mediaType === DOCKER_LAYER
}

/**
 * The image with each plain layer replaced by its gzip, which has the same bytes each time it is made. The image's id
 * stays (its config names the unpacked layers); its manifest is another from now on, so that what is pushed next time,
 * saved or looked up by digest is the same.
 */
export async function compressLayers(
  store: Store,
  records: ImageRecords,
  image: ImageRecord,
  signal: AbortSignal,
): Promise<ImageRecord> {
  if (!image.manifest.layers.some(isPlain)) return image
  const made = new Map<string, Descriptor>()
  const layers: Descriptor[] = []
  for (const layer of image.manifest.layers) {
    const known = made.get(layer.digest)
    const packed = known ?? (isPlain(layer) ? await compress(store, layer, signal) : layer)
    made.set(layer.digest, packed)
    layers.push(packed)
  }
  const manifest = { ...image.manifest, layers }
  const bytes = Buffer.from(JSON.stringify(manifest))
  const descriptor = describe(manifest.mediaType ?? '', bytes)
  await store.writeBlob(descriptor, once(bytes), signal)
  const now = records.get(image.id)
  if (!now) throw new EngineError('not-found', `No such image: ${image.id}: it was removed meanwhile`)
  const packed = { ...now, manifest, manifestDigest: descriptor.digest }
  records.put(packed)
  return packed
}

async function compress(store: Store, layer: Descriptor, signal: AbortSignal): Promise<Descriptor> {
  const plain = await store.readBlob(layer.digest)
  const gzip = createGzip()
  plain.on('error', (error) => gzip.destroy(error))
  try {
    const blob = await store.writeUnknownBlob(plain.pipe(gzip) as AsyncIterable<Uint8Array>, signal)
    return { mediaType: `${layer.mediaType}${layer.mediaType === OCI_LAYER ? '+' : '.'}gzip`, ...blob }
  } finally {
    plain.destroy()
    gzip.destroy()
  }
}

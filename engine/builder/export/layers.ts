/** The blobs that the layers of a built image are kept as. */
import { detectCompression } from '../../archive/compression.ts'
import { EngineError } from '../../errors.ts'
import type { Descriptor, Digest } from '../../oci/descriptor.ts'
import { OCI_LAYER } from '../../oci/media-types.ts'
import type { ImageRecords, Store } from '../../store/store.ts'

/**
 * A descriptor for each layer. What came with an image stays as it came, so that a push of what was built on it finds
 * the base's layers at the registry; what was made here is a plain tar, compressed when it first travels.
 */
export async function describeLayers(
  store: Store,
  records: ImageRecords,
  diffIds: readonly Digest[],
): Promise<readonly Descriptor[]> {
  const known = new Map<Digest, Descriptor>()
  for (const { config, manifest } of records.all()) {
    for (const [at, diffId] of config.rootfs.diff_ids.entries()) {
      const layer = manifest.layers[at]
      // Of several blobs of one layer, one that came is better than one that was made here.
      if (layer && (!known.has(diffId) || known.get(diffId)?.digest === diffId)) known.set(diffId, layer)
    }
  }
  return Promise.all(
    diffIds.map(async (diffId) => {
      const layer = known.get(diffId)
      if (layer && (await store.hasBlob(layer.digest))) return layer
      const size = await store.blobSizeBytes(diffId)
      if (size > 0) return { mediaType: OCI_LAYER, digest: diffId, size }
      // Of an image that is gone, of which a result of a build is left.
      const came = await store.layerBlob(diffId)
      if (came) return { mediaType: await typeOf(store, came.digest), ...came }
      throw new EngineError('internal', `the layer ${diffId} of the build is not in the store any more`)
    }),
  )
}

async function typeOf(store: Store, blob: Digest): Promise<string> {
  const compression = await compressionOf(await store.readBlob(blob))
  return compression === 'none' ? OCI_LAYER : `${OCI_LAYER}+${compression}`
}

async function compressionOf(source: AsyncIterable<Uint8Array>): Promise<string> {
  for await (const head of source) return detectCompression(head)
  return 'none'
}

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
      // Claimed first: nothing collects it from now on.
      if (await store.hasLayer(diffId)) {
        const blob = await store.layerBlob(diffId)
        if (blob && (await store.hasBlob(blob.digest)))
          return { mediaType: await typeOf(store, blob.digest), ...blob }
      }
      throw new EngineError('internal', `the layer ${diffId} of the build is not in the store any more`)
    }),
  )
}

/** Nobody remembers which type an image gave it; its first bytes say enough. */
async function typeOf(store: Store, digest: Digest): Promise<string> {
  const source = await store.readBlob(digest)
  for await (const chunk of source as AsyncIterable<Uint8Array>) {
    const compression = detectCompression(chunk)
    return compression === 'none' ? OCI_LAYER : `${OCI_LAYER}+${compression}`
  }
  return OCI_LAYER
}

/** The files of a target's root as a tar: what `--output` writes as a folder or an archive. */
import { decompress } from '../../archive/compression.ts'
import type { Descriptor } from '../../oci/descriptor.ts'
import type { Store } from '../../store/store.ts'
import { mergeLayers, type ReadLayer } from './merge-layers.ts'

/** All layers as one, bottom first, and no whiteouts left. Nothing is mounted for it. */
export function mergedFiles(
  store: Store,
  layers: readonly Descriptor[],
): AsyncGenerator<Uint8Array, void, undefined> {
  return mergeLayers(
    layers.map((layer) => plainLayer(store, layer)),
    { whiteouts: false },
  )
}

/** A layer of the store as its plain tar. */
export function plainLayer(store: Store, { digest }: Descriptor): ReadLayer {
  return async () => decompress((await store.readBlob(digest)) as AsyncIterable<Uint8Array>)
}

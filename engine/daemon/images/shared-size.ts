/** How much of each image other images have too. */
import type { Digest } from '../../oci/descriptor.ts'
import type { ImageRecord, Store } from '../../store/store.ts'
import { chainIds } from './chain-ids.ts'

/** Bytes of the layers that an image shares, by its id. Layers are the same where all below them is. */
export async function sharedBytes(
  images: readonly ImageRecord[],
  store: Pick<Store, 'layerSizeBytes'>,
): Promise<ReadonlyMap<Digest, number>> {
  const chains = images.map(({ config }) => chainIds(config.rootfs.diff_ids))
  const owners = new Map<Digest, number>()
  for (const id of chains.flat()) owners.set(id, (owners.get(id) ?? 0) + 1)
  const shared = new Map<Digest, number>()
  for (const [at, { id, config }] of images.entries()) {
    let bytes = 0
    for (const [layer, diffId] of config.rootfs.diff_ids.entries()) {
      if ((owners.get(chains[at]?.[layer] as Digest) ?? 0) > 1) bytes += await store.layerSizeBytes(diffId)
    }
    shared.set(id, bytes)
  }
  return shared
}

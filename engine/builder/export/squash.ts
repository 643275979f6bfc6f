/** `--squash`: what a build added, as one layer on top of its base. */
import { digestOf } from '../../oci/digest.ts'
import type { ImageConfig } from '../../oci/image-config.ts'
import type { ImageRecords, Store } from '../../store/store.ts'
import { squashedConfig } from './config.ts'
import { describeLayers } from './layers.ts'
import { mergeLayers } from './merge-layers.ts'
import { plainLayer } from './merged-files.ts'

/** The config of the squashed image, its layer in the store. The base's own layers stay as they are. */
export async function squash(
  store: Store,
  records: ImageRecords,
  config: ImageConfig,
  base: ImageConfig | null,
  signal: AbortSignal,
): Promise<ImageConfig> {
  const below = base?.rootfs.diff_ids.length ?? 0
  const layers = await describeLayers(store, records, config.rootfs.diff_ids)
  const merged = mergeLayers(
    layers.slice(below).map((layer) => plainLayer(store, layer)),
    { whiteouts: base !== null },
  )
  const { diffId } = await store.addUnknownLayer(merged, { whiteouts: true, signal })
  // The image that was not made, by the name that it would have.
  const from = digestOf(JSON.stringify(config))
  const to = records.all().find(({ config: { rootfs } }) => isSame(rootfs.diff_ids, base?.rootfs.diff_ids))
  return squashedConfig(config, base, diffId, { from, to: to?.id ?? 'its base' })
}

function isSame(one: readonly string[], other: readonly string[] | undefined): boolean {
  return other !== undefined && one.length === other.length && one.every((id, at) => id === other[at])
}

/** Importing: the tar of a whole root becomes an image of one layer. */
import { detectCompression } from '../../archive/compression.ts'
import { EngineError } from '../../errors.ts'
import type { Platform } from '../../oci/descriptor.ts'
import { OCI_LAYER } from '../../oci/media-types.ts'
import { withoutRareCompression } from '../../store/decompress.ts'
import type { ImageRecord, Store } from '../../store/store.ts'
import { applyChanges } from './changes.ts'
import { addLocalImage, watchHead } from './local-image.ts'

/** What to import. `reference` is fully qualified, or null for an image without a name. */
export interface ImportRequest {
  readonly body: AsyncIterable<Uint8Array>
  readonly reference: string | null
  readonly message: string
  readonly changes: readonly string[]
  readonly platform: Platform
  readonly signal: AbortSignal
}

/** Unpacks, verifies and records. Throws `invalid` for what is no tar or would leave the root; nothing is kept then. */
export function importImage(store: Store, request: ImportRequest): Promise<ImageRecord> {
  const config = applyChanges({}, request.changes) // a wrong change costs no upload
  return store.holding(async () => {
    const head = { bytes: Buffer.alloc(0) }
    const added = await store.addUnknownLayer(watchHead(withoutRareCompression(request.body), head), {
      whiteouts: false,
      signal: request.signal,
    })
    if (added.blob.size === 0) throw new EngineError('invalid', 'nothing to import: the archive is empty')
    const compression = detectCompression(head.bytes)
    const mediaType = compression === 'none' ? OCI_LAYER : `${OCI_LAYER}+${compression}`
    const created = new Date().toISOString()
    const { os, architecture, variant } = request.platform
    return addLocalImage(
      store,
      {
        created,
        os,
        architecture,
        ...(variant === undefined ? {} : { variant }),
        config,
        rootfs: { type: 'layers', diff_ids: [added.diffId] },
        history: [{ created, comment: request.message }],
      },
      [{ mediaType, ...added.blob }],
      request.reference === null ? [] : [request.reference],
    )
  })
}

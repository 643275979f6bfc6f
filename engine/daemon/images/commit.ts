/** Committing: an image of what a container has changed, on top of its own image. */
import { EngineError } from '../../errors.ts'
import type { Descriptor } from '../../oci/descriptor.ts'
import type { ImageConfig, ImageRunConfig } from '../../oci/image-config.ts'
import { OCI_LAYER } from '../../oci/media-types.ts'
import type { ImageRecord, Store } from '../../store/store.ts'
import { addLocalImage } from './local-image.ts'

/** The tar of nothing: two blocks of zeros. */
const EMPTY_TAR_BYTES = 1024

/** What becomes an image. `reference` is fully qualified, or null for an image without a name. */
export interface CommitRequest {
  /** The image that the container was made of. */
  readonly parent: ImageRecord
  /** The tar of a layer (`ContainerFiles.layer`). */
  readonly layer: AsyncIterable<Uint8Array>
  readonly config: ImageRunConfig
  readonly author: string
  readonly comment: string
  /** The command whose changes these are, for history. */
  readonly createdBy: string
  readonly reference: string | null
}

/** Resolves when the layer and the image are durable. A container without changes adds no layer, as Docker has it. */
export function commitImage(store: Store, request: CommitRequest): Promise<ImageRecord> {
  const { parent, author, comment, createdBy, reference } = request
  return store.holding(async () => {
    const layer = await addLayer(store, request.layer)
    const created = new Date().toISOString()
    const { rootfs, history = [], architecture, os, variant } = parent.config
    const config: ImageConfig = {
      created,
      ...(author === '' ? {} : { author }),
      architecture,
      os,
      ...(variant === undefined ? {} : { variant }),
      config: request.config,
      rootfs: { type: 'layers', diff_ids: [...rootfs.diff_ids, ...(layer ? [layer.diffId] : [])] },
      history: [
        ...history,
        {
          created,
          created_by: createdBy,
          ...(author === '' ? {} : { author }),
          ...(comment === '' ? {} : { comment }),
          ...(layer ? {} : { empty_layer: true }),
        },
      ],
    }
    const layers = [...parent.manifest.layers, ...(layer ? [layer.descriptor] : [])]
    const names = reference === null ? [] : [reference]
    return addLocalImage(store, config, layers, names, { parent: parent.id })
  })
}

async function addLayer(store: Store, tar: AsyncIterable<Uint8Array>) {
  const { empty, whole } = await peek(tar)
  if (empty) return null
  const { diffId, blob } = await store.addUnknownLayer(whole, { whiteouts: true })
  const descriptor: Descriptor = { mediaType: OCI_LAYER, ...blob }
  return { diffId, descriptor }
}

/** Whether a tar holds anything, and the tar as it was. */
async function peek(tar: AsyncIterable<Uint8Array>) {
  const reader = tar[Symbol.asyncIterator]()
  const first: Uint8Array[] = []
  let size = 0
  while (size <= EMPTY_TAR_BYTES) {
    const next = await reader.next()
    if (next.done) break
    first.push(next.value)
    size += next.value.length
  }
  if (size < EMPTY_TAR_BYTES) throw new EngineError('internal', 'the layer to commit ended before its end')
  return { empty: size === EMPTY_TAR_BYTES, whole: rejoin(first, reader) }
}

async function* rejoin(
  first: readonly Uint8Array[],
  rest: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    yield* first
    for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value
  } finally {
    await rest.return?.()
  }
}

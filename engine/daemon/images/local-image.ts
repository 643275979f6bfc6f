/** An image made on this machine: its config and manifest written beside layers that the store has already. */
import type { Descriptor, Digest } from '../../oci/descriptor.ts'
import { digestOf } from '../../oci/digest.ts'
import type { ImageConfig } from '../../oci/image-config.ts'
import { OCI_CONFIG, OCI_MANIFEST } from '../../oci/media-types.ts'
import type { ImageRecord, Store } from '../../store/store.ts'

/**
 * Writes both and records the image under `references` (fully qualified). `layers` bottom first, as many as the
 * config has diff ids. `configBytes` are given where they must stay as they came (a loaded image keeps its id),
 * `parent` where the image was made from another one's container.
 */
export async function addLocalImage(
  store: Store,
  config: ImageConfig,
  layers: readonly Descriptor[],
  references: readonly string[],
  more: { readonly configBytes?: Uint8Array; readonly parent?: Digest } = {},
): Promise<ImageRecord> {
  const configBytes = more.configBytes ?? Buffer.from(JSON.stringify(config))
  const configDescriptor = describe(OCI_CONFIG, configBytes)
  const manifest = { schemaVersion: 2, mediaType: OCI_MANIFEST, config: configDescriptor, layers }
  const manifestBytes = Buffer.from(JSON.stringify(manifest))
  const descriptor = describe(OCI_MANIFEST, manifestBytes)
  await store.writeBlob(configDescriptor, once(configBytes))
  await store.writeBlob(descriptor, once(manifestBytes))
  return store.addImage(descriptor.digest, references, [], more.parent)
}

/** The descriptor of bytes at hand. */
export function describe(mediaType: string, bytes: Uint8Array): Descriptor {
  return { mediaType, digest: digestOf(bytes), size: bytes.length }
}

/** Bytes as a stream of one piece. */
export async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array, void, undefined> {
  yield bytes
}

/** Passes `source` on and keeps its first bytes, by which a compression is known. */
export async function* watchHead(source: AsyncIterable<Uint8Array>, head: { bytes: Buffer }) {
  for await (const chunk of source) {
    if (head.bytes.length < 8) head.bytes = Buffer.concat([head.bytes, chunk.subarray(0, 8)])
    yield chunk
  }
}

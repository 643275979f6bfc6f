/** An image made of a config and layers: its documents in the store, recorded only when it gets a place there. */
import type { Descriptor, Digest, Index, Manifest, Platform } from '../../oci/descriptor.ts'
import { digestOf } from '../../oci/digest.ts'
import type { ImageConfig } from '../../oci/image-config.ts'
import { OCI_CONFIG, OCI_INDEX, OCI_MANIFEST } from '../../oci/media-types.ts'
import type { ImageRecord, Store } from '../../store/store.ts'

/** Annotations by the place they are for. */
export interface Annotations {
  readonly manifest: Readonly<Record<string, string>>
  readonly index: Readonly<Record<string, string>>
}

/** A made image. The index is there only where it has something to say. */
export interface MadeImage {
  readonly image: ImageRecord
  readonly index: Digest | null
}

/** Writes config, manifest and, for annotations on it, an index of one. Nothing is recorded. */
export async function makeImage(
  store: Store,
  config: ImageConfig,
  layers: readonly Descriptor[],
  annotations: Annotations,
): Promise<MadeImage> {
  const configDescriptor = await write(store, OCI_CONFIG, config)
  const manifest: Manifest = {
    schemaVersion: 2,
    mediaType: OCI_MANIFEST,
    config: configDescriptor,
    layers,
    ...some(annotations.manifest),
  }
  const manifestDescriptor = await write(store, OCI_MANIFEST, manifest)
  const sizes = await Promise.all(config.rootfs.diff_ids.map((diffId) => store.layerSizeBytes(diffId)))
  return {
    image: {
      id: configDescriptor.digest,
      manifestDigest: manifestDescriptor.digest,
      manifest,
      config,
      sizeBytes: sizes.reduce((sum, size) => sum + size, 0),
      references: [],
      repoDigests: [],
      addedAt: new Date(),
    },
    index: await writeIndex(store, manifestDescriptor, config, annotations.index),
  }
}

async function writeIndex(
  store: Store,
  manifest: Descriptor,
  { os, architecture, variant }: ImageConfig,
  annotations: Annotations['index'],
): Promise<Digest | null> {
  if (Object.keys(annotations).length === 0) return null
  const platform: Platform = { os, architecture, ...(variant === undefined ? {} : { variant }) }
  const index: Index = {
    schemaVersion: 2,
    mediaType: OCI_INDEX,
    manifests: [{ ...manifest, platform }],
    annotations,
  }
  return (await write(store, OCI_INDEX, index)).digest
}

async function write(store: Store, mediaType: string, json: unknown): Promise<Descriptor> {
  const bytes = Buffer.from(JSON.stringify(json))
  const descriptor = { mediaType, digest: digestOf(bytes), size: bytes.length }
  await store.writeBlob(descriptor, once(bytes))
  return descriptor
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array, void, undefined> {
  yield bytes
}

function some(annotations: Readonly<Record<string, string>>) {
  return Object.keys(annotations).length === 0 ? {} : { annotations }
}

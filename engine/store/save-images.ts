/** Saving: images as one tar that is both an OCI layout and what `docker load` of any age reads. */
import { header } from '../archive/entry.ts'
import { END_OF_ARCHIVE, encodeEntry, encodeHeader, padding } from '../archive/write.ts'
import type { Descriptor, Digest } from '../oci/descriptor.ts'
import { hexOf } from '../oci/digest.ts'
import { OCI_INDEX, OCI_MANIFEST } from '../oci/media-types.ts'
import { familiar } from '../oci/reference.ts'
import { blobsOf } from './garbage.ts'
import type { ImageRecord, Store } from './store.ts'

/** An image and the names it is saved under (fully qualified). */
export interface Saved {
  readonly image: ImageRecord
  readonly names: readonly string[]
  /** An index of it that stands for it instead of its manifest. */
  readonly index?: Digest
}

/** The archive's bytes. Blobs go out as they came, each once, verified as they are read. */
export async function* saveImages(
  store: Store,
  saved: readonly Saved[],
): AsyncGenerator<Uint8Array, void, undefined> {
  yield folder('blobs')
  yield folder('blobs/sha256')
  const written = new Set<Digest>()
  for (const { image, index } of saved) {
    for (const digest of [...blobsOf(image), ...(index ? [index] : [])]) {
      if (written.has(digest)) continue
      written.add(digest)
      yield* blob(store, digest)
    }
  }
  yield file('index.json', {
    schemaVersion: 2,
    mediaType: OCI_INDEX,
    manifests: await indexEntries(store, saved),
  })
  yield file('manifest.json', saved.map(dockerEntry))
  yield file('oci-layout', { imageLayoutVersion: '1.0.0' })
  yield END_OF_ARCHIVE
}

async function* blob(store: Store, digest: Digest): AsyncGenerator<Uint8Array> {
  const size = await store.blobSizeBytes(digest)
  yield encodeHeader(header('file', path(digest), { size }))
  yield* (await store.readBlob(digest)) as AsyncIterable<Uint8Array>
  yield padding(size)
}

/** One entry for each name; one without a name for an image that has none. */
async function indexEntries(store: Store, saved: readonly Saved[]): Promise<readonly Descriptor[]> {
  const entries: Descriptor[] = []
  for (const { image, names, index } of saved) {
    const digest = index ?? image.manifestDigest
    const mediaType = index ? OCI_INDEX : (image.manifest.mediaType ?? OCI_MANIFEST)
    const plain = { mediaType, digest, size: await store.blobSizeBytes(digest) }
    if (names.length === 0) entries.push(plain)
    for (const name of names) {
      const tag = name.slice(name.lastIndexOf(':') + 1)
      const annotations = { 'io.containerd.image.name': name, 'org.opencontainers.image.ref.name': tag }
      entries.push({ ...plain, annotations })
    }
  }
  return entries
}

function dockerEntry({ image, names }: Saved) {
  return {
    Config: path(image.id),
    RepoTags: names.length > 0 ? names.map(familiar) : null,
    Layers: image.manifest.layers.map(({ digest }) => path(digest)),
  }
}

function path(digest: Digest): string {
  return `blobs/sha256/${hexOf(digest)}`
}

function folder(name: string): Buffer {
  return encodeHeader(header('directory', name))
}

function file(name: string, json: unknown): Buffer {
  return encodeEntry(header('file', name), Buffer.from(JSON.stringify(json)))
}

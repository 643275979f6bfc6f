/** What may go: everything that no image, no container and nothing under way needs. Pure. */
import type { Digest } from '../oci/descriptor.ts'
import type { ImageRecord } from './store.ts'

/** What was seen in the store. */
export interface Contents {
  readonly blobs: readonly Digest[]
  readonly layers: readonly Digest[]
  readonly images: readonly ImageRecord[]
  /** Diff ids of each container. */
  readonly inUse: readonly (readonly Digest[])[]
  /** Blobs without which a layer of a build's result could not be given away again. */
  readonly sources: ReadonlySet<Digest>
  /** Digests and diff ids that a pull or import under way has written or counts on. */
  readonly held: ReadonlySet<Digest>
}

/** What to remove. */
export interface GarbagePlan {
  readonly blobs: readonly Digest[]
  readonly layers: readonly Digest[]
}

/** Blobs that an image needs. */
export function blobsOf(image: ImageRecord): readonly Digest[] {
  return [
    image.manifestDigest,
    image.manifest.config.digest,
    ...image.manifest.layers.map(({ digest }) => digest),
  ]
}

/** Those, and the indexes that it was pulled from: kept as long as a digest among its names tells of them. */
function keptFor(image: ImageRecord): readonly Digest[] {
  const named = image.repoDigests.map((name) => name.slice(name.indexOf('@') + 1) as Digest)
  return [...blobsOf(image), ...named]
}

/** Splits the contents into what is needed and what is not. */
export function planGarbage(contents: Contents): GarbagePlan {
  const blobs = new Set(contents.images.flatMap(keptFor))
  const layers = new Set([
    ...contents.images.flatMap(({ config }) => config.rootfs.diff_ids),
    ...contents.inUse.flat(),
  ])
  return {
    blobs: contents.blobs.filter(
      (digest) => !blobs.has(digest) && !contents.sources.has(digest) && !contents.held.has(digest),
    ),
    layers: contents.layers.filter((diffId) => !layers.has(diffId) && !contents.held.has(diffId)),
  }
}

/**
 * Image content on disk: verified blobs, unpacked layers, root filesystems, and the plan of what may go.
 * The store holds content as files (temp file + fsync + rename); which images and references exist is kept through
 * `ImageRecords`, one database of the daemon's. No unverified blob can be read or written through it.
 */
import type { Readable } from 'node:stream'
import type { TreeListing } from '../host/rooted-files.ts'
import type { Descriptor, Digest, Manifest } from '../oci/descriptor.ts'
import type { ImageConfig } from '../oci/image-config.ts'
import type { ContainerFiles } from './container-files.ts'
import type { MadeRoot } from './made-roots.ts'
import type { RootfsLease, RootfsPlaces } from './rootfs.ts'

/** Progress of one layer, in bytes, for one pull or load. */
export type LayerProgress =
  | { readonly phase: 'waiting' | 'exists' | 'downloaded' | 'done' }
  | { readonly phase: 'downloading' | 'extracting'; readonly current: number; readonly total: number }
  | { readonly phase: 'retrying'; readonly seconds: number }

/** An image as recorded: `id` is the digest of its config blob. Sizes in bytes. */
export interface ImageRecord {
  readonly id: Digest
  readonly manifestDigest: Digest
  readonly manifest: Manifest
  readonly config: ImageConfig
  /** Unpacked size of all its layers. */
  readonly sizeBytes: number
  /** `repo:tag` names, fully qualified (`docker.io/library/busybox:latest`). */
  readonly references: readonly string[]
  /** `repo@sha256:...` names, fully qualified. */
  readonly repoDigests: readonly string[]
  readonly addedAt: Date
  /** The image whose container this one was committed from. */
  readonly parent?: Digest
}

/** The image part of the daemon's database. Every write is durable when it returns. */
export interface ImageRecords {
  all(): readonly ImageRecord[]
  get(id: Digest): ImageRecord | undefined
  put(image: ImageRecord): void
  remove(id: Digest): void
}

/** A container's writable root: overlay of an image's layers. */
export interface RootfsMount {
  readonly path: string
}

export interface Store {
  /**
   * While `work` runs, `collect` leaves alone whatever was written, or asked for with `hasBlob` and `hasLayer`,
   * since then: a pull finds at its end what it found at its beginning.
   */
  holding<T>(work: () => Promise<T>): Promise<T>
  /** Runs `work` with an empty folder of its own, which is gone afterwards, or at the next `recover`. */
  withTemporary<T>(work: (folder: string) => Promise<T>): Promise<T>
  /** Streams `source` to disk, verifying digest and size; durable when it resolves. Throws `invalid` when they do not match, leaving nothing. */
  writeBlob(expected: Descriptor, source: AsyncIterable<Uint8Array>, signal?: AbortSignal): Promise<void>
  /** `writeBlob` for bytes whose digest nobody knows yet. */
  writeUnknownBlob(
    source: AsyncIterable<Uint8Array>,
    signal?: AbortSignal,
  ): Promise<{ readonly digest: Digest; readonly size: number }>
  hasBlob(digest: Digest): Promise<boolean>
  /** Bytes of a manifest or config, verified. Throws `not-found`, and `invalid` above 8 MiB. */
  readDocument(digest: Digest): Promise<Buffer>
  /** Bytes of a blob; 0 when it is not there. */
  blobSizeBytes(digest: Digest): Promise<number>
  /** A stream that fails at its end if the bytes are not those of `digest`. Throws `not-found`. */
  readBlob(digest: Digest): Promise<Readable>
  /**
   * Verifies, keeps (as it came) and unpacks a layer in one pass; layers may go in parallel; nothing is visible before it is durable.
   * `diffId` is checked against the unpacked bytes when given. Hostile paths throw `invalid` and leave nothing behind.
   */
  addLayer(
    layer: Descriptor,
    diffId: Digest | null,
    source: AsyncIterable<Uint8Array>,
    options: { readonly onProgress?: (progress: LayerProgress) => void; readonly signal?: AbortSignal },
  ): Promise<{ readonly diffId: Digest; readonly sizeBytes: number }>
  /** `addLayer` for bytes whose digest nobody knows yet (import, load); `whiteouts: false` for a whole root. */
  addUnknownLayer(
    source: AsyncIterable<Uint8Array>,
    options: {
      readonly whiteouts: boolean
      /** What the unpacked bytes must have, when that much is known. */
      readonly diffId?: Digest
      readonly onProgress?: (progress: LayerProgress) => void
      readonly signal?: AbortSignal
    },
  ): Promise<{
    readonly diffId: Digest
    readonly sizeBytes: number
    /** The bytes as they came. */
    readonly blob: { readonly digest: Digest; readonly size: number }
  }>
  hasLayer(diffId: Digest): Promise<boolean>
  /** Resolves when layers that were made here are durable: they can be used before. Throws why one cannot be. */
  layersSettled(diffIds: readonly Digest[]): Promise<void>
  /** Where the layer's files are. It need not be there. */
  layerFolder(diffId: Digest): string
  /** Unpacked size; 0 for a layer that is not there. */
  layerSizeBytes(diffId: Digest): Promise<number>
  /** A writable root on top of layers (bottom first), whose changes can become a layer. Call it while `holding`. */
  makeRoot(diffIds: readonly Digest[]): Promise<MadeRoot>
  /** What layers (bottom first) show together at `path`, links followed inside of them. Throws `not-found`. */
  listLayers(diffIds: readonly Digest[], path: string): Promise<TreeListing>
  /** A digest of what they show at these paths: content, modes, owners, no times. A slash at the end is of the folder alone. */
  digestInLayers(diffIds: readonly Digest[], paths: Iterable<string>): Promise<Digest>
  /** Records the image once config, manifest and every layer are there. */
  addImage(
    manifestDigest: Digest,
    references: readonly string[],
    repoDigests: readonly string[],
    parent?: Digest,
  ): Promise<ImageRecord>
  /** Mounts (or finds mounted) the container's root. `diffIds` bottom first. Upper and work live under the container's directory. */
  mountRootfs(containerId: string, diffIds: readonly Digest[]): Promise<RootfsMount>
  /** Mounts (or finds mounted) a root for work that reads or writes it, whether or not the container runs. */
  leaseRootfs(containerId: string, diffIds: readonly Digest[]): Promise<RootfsLease>
  /** Folders of the host that a container's root is made of. */
  rootfsPlaces(containerId: string, diffIds: readonly Digest[]): RootfsPlaces
  /** The files that a container sees. */
  readonly files: ContainerFiles
  /** Directories of layers as an overlay's lowerdir wants them, top first, at least two. Throws `not-found`. */
  lowerPaths(diffIds: readonly Digest[]): Promise<readonly string[]>
  /** Unmounts, unless a lease still has it; keeps the writable layer. Idempotent. */
  unmountRootfs(containerId: string): Promise<void>
  /** Unmounts and removes the writable layer; answers when it is out of sight, bytes may go behind. Idempotent. */
  removeRootfs(containerId: string): Promise<void>
  /** Size of the container's writable layer in bytes. */
  rootfsSizeBytes(containerId: string): Promise<number>
  /** What the layer came as; null when there is no such blob, or no such layer. */
  layerBlob(diffId: Digest): Promise<{ readonly digest: Digest; readonly size: number } | null>
  /**
   * Removes blobs and layers that no image record, no container (`inUse`, its diffIds) and no result of a build
   * (`results`) needs; returns bytes freed. A result can be given away again, so that its layers' blobs stay too.
   */
  collect(inUse: readonly (readonly Digest[])[], results?: readonly (readonly Digest[])[]): Promise<number>
  /** Removes temp files and half-made layers of a dead engine, and mounts of containers not in `mounted`. */
  recover(mounted: readonly string[], containers: readonly string[]): Promise<void>
  /** Violations as lines: a blob whose bytes lie, a layer without an owner, a leftover. */
  verify(
    containers: readonly {
      readonly id: string
      readonly diffIds: readonly Digest[]
      readonly running: boolean
    }[],
    options: {
      /** Reads everything. */
      readonly deep: boolean
      /** An engine runs on it: what that is just making belongs to nothing yet. */
      readonly live?: boolean
      /** Results of builds that can be used again. */
      readonly results?: readonly { readonly id: string; readonly diffIds: readonly Digest[] }[]
    },
  ): Promise<readonly string[]>
}

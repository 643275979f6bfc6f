/** The store over plain files: puts its parts together and keeps images and garbage honest. */
import { realpathSync, rmSync, writeFileSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { EngineError } from '../errors.ts'
import { type Disk, realDisk } from '../host/disk.ts'
import { unmount } from '../host/mount.ts'
import type { TreeListing } from '../host/rooted-files.ts'
import type { Descriptor, Digest } from '../oci/descriptor.ts'
import { parseConfig, parseManifest } from '../oci/parse.ts'
import { ensureBase } from './base.ts'
import { Blobs } from './blobs.ts'
import { Claims } from './claims.ts'
import { ContainerFiles } from './container-files.ts'
import { planGarbage } from './garbage.ts'
import type { AddedLayer } from './layer-shapes.ts'
import { Layers } from './layers.ts'
import { Layout } from './layout.ts'
import { digestInLayers, listLayers, type MadeRoot, makeRoot } from './made-roots.ts'
import { Rootfs, type RootfsLease, type RootfsPlaces, type Shifted } from './rootfs.ts'
import type { ImageRecord, ImageRecords, LayerProgress, RootfsMount, Store } from './store.ts'
import { Trash } from './trash.ts'
import { AT_WORK, type ExpectedContainer, type ExpectedResult, verifyStore } from './verify.ts'

/** Manifests and configs are read into memory. */
const MAX_DOCUMENT_BYTES = 8 * 1024 * 1024

/** Where a store lives and how. */
export interface StoreOptions {
  readonly root: string
  /** Inside a user namespace: overlayfs with `user.` attributes. */
  readonly rootless: boolean
  readonly records: ImageRecords
  /** Another than this machine's records what is done to it. */
  readonly disk?: Disk
  /** Containers whose owners are shifted into a user namespace. */
  readonly shifted?: Shifted
}

/** See `Store` for what each method promises. */
export class FileStore implements Store {
  readonly #disk: Disk
  readonly #layout: Layout
  readonly #records: ImageRecords
  readonly #rootless: boolean
  readonly #trash: Trash
  readonly #blobs: Blobs
  readonly #layers: Layers
  readonly #rootfs: Rootfs
  readonly files: ContainerFiles
  readonly #claims = new Claims()
  readonly #claim = (digest: Digest) => this.#claims.claim(digest)
  readonly #atWork: string
  #works = 0

  /** Makes the folders; touches nothing else. Call `recover` before use after a start. */
  constructor(options: StoreOptions) {
    const disk = options.disk ?? realDisk
    this.#disk = disk
    disk.ensureFolder(options.root, 0o711)
    // The kernel names mounts by their real path.
    this.#layout = new Layout(realpathSync(options.root))
    for (const folder of this.#layout.folders()) {
      disk.ensureFolder(folder, folder === this.#layout.empty ? 0o755 : 0o700)
    }
    this.#atWork = join(this.#layout.temporary, AT_WORK)
    ensureBase(this.#layout.base)
    this.#records = options.records
    this.#rootless = options.rootless
    this.#trash = new Trash(disk, this.#layout.trash)
    this.#blobs = new Blobs(this.#layout, disk)
    this.#layers = new Layers(disk, this.#layout, this.#blobs, this.#trash, options.rootless)
    this.#rootfs = new Rootfs(
      disk,
      this.#layout,
      this.#layers,
      this.#trash,
      options.rootless,
      options.shifted ?? (() => null),
    )
    this.files = new ContainerFiles(this.#rootfs)
  }

  async holding<T>(work: () => Promise<T>): Promise<T> {
    const first = this.#claims.begin()
    try {
      // For a verification by another process: content that belongs to nothing yet is no mistake while this is there.
      if (first) writeFileSync(this.#atWork, '')
      return await work()
    } finally {
      if (this.#claims.end()) rmSync(this.#atWork, { force: true })
    }
  }

  async withTemporary<T>(work: (folder: string) => Promise<T>): Promise<T> {
    return this.holding(async () => {
      const folder = join(this.#layout.temporary, `work-${process.pid}-${++this.#works}`)
      await this.#disk.mkdir(folder, 0o700)
      try {
        return await work(folder)
      } finally {
        await this.#disk.removeTree(folder)
      }
    })
  }

  writeBlob(expected: Descriptor, source: AsyncIterable<Uint8Array>, signal?: AbortSignal): Promise<void> {
    return this.holding(async () => {
      await this.#claims.claim(expected.digest)
      return this.#blobs.write(expected, source, signal)
    })
  }

  writeUnknownBlob(
    source: AsyncIterable<Uint8Array>,
    signal?: AbortSignal,
  ): Promise<{ readonly digest: Digest; readonly size: number }> {
    return this.holding(async () => {
      return this.#blobs.writeUnknown(source, this.#claim, signal)
    })
  }

  async hasBlob(digest: Digest): Promise<boolean> {
    await this.#claims.claim(digest)
    return this.#blobs.has(digest)
  }

  async layerBlob(diffId: Digest): Promise<{ readonly digest: Digest; readonly size: number } | null> {
    const digest = (await this.#layers.facts(diffId))?.blob
    if (digest === undefined || !(await this.hasBlob(digest))) return null
    return { digest, size: await this.#blobs.size(digest) }
  }

  blobSizeBytes(digest: Digest): Promise<number> {
    return this.#blobs.size(digest)
  }

  readBlob(digest: Digest): Promise<Readable> {
    return this.#blobs.read(digest)
  }

  async addLayer(
    layer: Descriptor,
    diffId: Digest | null,
    source: AsyncIterable<Uint8Array>,
    options: { readonly onProgress?: (progress: LayerProgress) => void; readonly signal?: AbortSignal },
  ): Promise<{ readonly diffId: Digest; readonly sizeBytes: number }> {
    return this.holding(async () => {
      return this.#layers.add({ expected: layer, diffId, source, claim: this.#claim, ...options })
    })
  }

  async addUnknownLayer(
    source: AsyncIterable<Uint8Array>,
    options: {
      readonly whiteouts: boolean
      readonly diffId?: Digest
      readonly onProgress?: (progress: LayerProgress) => void
      readonly signal?: AbortSignal
    },
  ): Promise<AddedLayer> {
    return this.holding(async () => {
      return this.#layers.add({ diffId: null, ...options, expected: null, source, claim: this.#claim })
    })
  }

  layersSettled(diffIds: readonly Digest[]): Promise<void> {
    return this.#layers.settled(diffIds)
  }

  async hasLayer(diffId: Digest): Promise<boolean> {
    await this.#claims.claim(diffId)
    return this.#layers.has(diffId)
  }

  async addImage(
    manifestDigest: Digest,
    references: readonly string[],
    repoDigests: readonly string[],
    parent?: Digest,
  ): Promise<ImageRecord> {
    const parsed = parseManifest(await this.readDocument(manifestDigest))
    if (parsed.kind !== 'manifest')
      throw new EngineError('invalid', `${manifestDigest} is a list of images, not one`)
    const { manifest } = parsed
    const config = parseConfig(await this.readDocument(manifest.config.digest))
    const diffIds = config.rootfs.diff_ids
    await this.#layers.settled(diffIds)
    if (diffIds.length !== manifest.layers.length) {
      throw new EngineError(
        'invalid',
        `the image's manifest names ${manifest.layers.length} layers and its config ${diffIds.length}: it is damaged`,
      )
    }
    let sizeBytes = 0
    for (const [at, diffId] of diffIds.entries()) {
      const facts = await this.#layers.facts(diffId)
      const blob = manifest.layers[at]?.digest as Digest
      if (!facts || !(await this.#blobs.has(blob))) {
        throw new EngineError(
          'internal',
          `the image ${manifest.config.digest} cannot be recorded: its layer ${diffId} is missing`,
        )
      }
      sizeBytes += facts.sizeBytes
    }
    const known = this.#records.get(manifest.config.digest)
    const ancestor = parent ?? known?.parent
    const image: ImageRecord = {
      id: manifest.config.digest,
      manifestDigest,
      manifest,
      config,
      sizeBytes,
      references: [...new Set([...(known?.references ?? []), ...references])],
      repoDigests: [...new Set([...(known?.repoDigests ?? []), ...repoDigests])],
      addedAt: known?.addedAt ?? new Date(),
      ...(ancestor === undefined ? {} : { parent: ancestor }),
    }
    this.#records.put(image)
    return image
  }

  makeRoot(diffIds: readonly Digest[]): Promise<MadeRoot> {
    const parts = {
      layout: this.#layout,
      layers: this.#layers,
      rootfs: this.#rootfs,
      claim: this.#claim,
    }
    return makeRoot(parts, diffIds)
  }

  listLayers(diffIds: readonly Digest[], path: string): Promise<TreeListing> {
    return listLayers({ layout: this.#layout, rootfs: this.#rootfs }, diffIds, path)
  }

  digestInLayers(diffIds: readonly Digest[], paths: Iterable<string>): Promise<Digest> {
    return digestInLayers({ layout: this.#layout, rootfs: this.#rootfs }, diffIds, paths)
  }

  layerFolder(diffId: Digest): string {
    return join(this.#layout.layer(diffId), 'diff')
  }

  async layerSizeBytes(diffId: Digest): Promise<number> {
    return (await this.#layers.facts(diffId))?.sizeBytes ?? 0
  }

  mountRootfs(containerId: string, diffIds: readonly Digest[]): Promise<RootfsMount> {
    return this.#rootfs.mount(containerId, diffIds)
  }

  leaseRootfs(containerId: string, diffIds: readonly Digest[]): Promise<RootfsLease> {
    return this.#rootfs.lease(containerId, diffIds)
  }

  lowerPaths(diffIds: readonly Digest[]): Promise<readonly string[]> {
    return this.#rootfs.lowerPaths(diffIds)
  }

  rootfsPlaces(containerId: string, diffIds: readonly Digest[]): RootfsPlaces {
    return this.#rootfs.places(containerId, diffIds)
  }

  unmountRootfs(containerId: string): Promise<void> {
    return this.#rootfs.unmount(containerId)
  }

  removeRootfs(containerId: string): Promise<void> {
    return this.#rootfs.remove(containerId)
  }

  rootfsSizeBytes(containerId: string): Promise<number> {
    return this.#rootfs.sizeBytes(containerId)
  }

  async collect(
    inUse: readonly (readonly Digest[])[],
    results: readonly (readonly Digest[])[] = [],
  ): Promise<number> {
    const freed = await this.#claims.collecting(async (remove) => {
      const [blobs, layers] = await Promise.all([this.#blobs.all(), this.#layers.all()])
      const { held } = this.#claims
      const sources = await this.#layers.sourcesOf(results.flat())
      const images = this.#records.all()
      const plan = planGarbage({ blobs, layers, images, inUse: [...inUse, ...results], sources, held })
      let bytes = 0
      for (const digest of plan.blobs) {
        const size = await this.#blobs.size(digest)
        if (await remove(digest, () => this.#blobs.remove(digest))) bytes += size
      }
      for (const diffId of plan.layers) {
        const size = await this.layerSizeBytes(diffId)
        if (await remove(diffId, () => this.#layers.remove(diffId))) bytes += size
      }
      return bytes
    })
    // Freed means free: whoever removes images to make room may go on at once.
    await this.#trash.settled()
    return freed
  }

  async recover(mounted: readonly string[], containers: readonly string[]): Promise<void> {
    for (const id of this.#rootfs.mountedIds()) {
      if (mounted.includes(id)) continue
      await unmount(join(this.#layout.container(id), 'merged'))
      await this.#rootfs.unmount(id)
    }
    for (const id of await this.#rootfs.ids()) {
      if (!containers.includes(id)) await this.#rootfs.remove(id)
    }
    for (const name of await readdir(this.#layout.temporary)) {
      await this.#disk.removeTree(join(this.#layout.temporary, name))
    }
    await this.#layers.removeUnsettled()
    await this.#layers.removeStrayLinks()
    await this.#trash.empty()
    await this.#disk.syncFolder(this.#layout.root)
  }

  async verify(
    containers: readonly ExpectedContainer[],
    options: {
      readonly deep: boolean
      readonly live?: boolean
      readonly results?: readonly ExpectedResult[]
    },
  ): Promise<readonly string[]> {
    const parts = {
      layout: this.#layout,
      blobs: this.#blobs,
      layers: this.#layers,
      rootfs: this.#rootfs,
      images: this.#records.all(),
      rootless: this.#rootless,
    }
    const { deep, live = false, results = [] } = options
    return verifyStore(parts, containers, { deep, live, results })
  }

  async readDocument(digest: Digest): Promise<Buffer> {
    const size = await this.#blobs.size(digest)
    if (size > MAX_DOCUMENT_BYTES)
      throw new EngineError('invalid', `${digest} has ${size} bytes: too many for a manifest or config`)
    const chunks: Uint8Array[] = []
    for await (const chunk of await this.#blobs.read(digest)) chunks.push(chunk as Uint8Array)
    return Buffer.concat(chunks)
  }

  /** Resolves when the bytes of everything removed are gone; for a clean end and for tests. */
  settled(): Promise<void> {
    return this.#trash.settled()
  }
}

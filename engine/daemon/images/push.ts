/** Pushing: from recorded images to a registry, with the lines that docker's CLI shows. */
import type { PushResult } from '../../api/image.ts'
import { EngineError } from '../../errors.ts'
import type { Descriptor, Digest, Platform } from '../../oci/descriptor.ts'
import { hexOf } from '../../oci/digest.ts'
import { isForeignLayerType, OCI_MANIFEST } from '../../oci/media-types.ts'
import { formatPlatform } from '../../oci/platform.ts'
import { familiarName, familiarReference, parseReference, type Reference } from '../../oci/reference.ts'
import type { Credentials } from '../../registry/authenticator.ts'
import type { Publication } from '../../registry/publication.ts'
import type { Registry } from '../../registry/registry.ts'
import type { ImageRecord, ImageRecords, Store } from '../../store/store.ts'
import { compressLayers } from './compress.ts'
import { targetOf } from './manifests.ts'
import { platformOf } from './platforms.ts'
import { LayerReporter, type Report } from './progress.ts'
import { Slots } from './slots.ts'
import { variantFor } from './variants.ts'

/** What to push. */
export interface PushRequest {
  readonly reference: Reference & { readonly tag: string }
  readonly image: ImageRecord
  /** Of what the name stands for, this one alone; null is all of it, when all of it is here. */
  readonly platform: Platform | null
  readonly credentials: Credentials
  readonly report: Report
  readonly signal: AbortSignal
}

/** A manifest or index to be put. */
interface Put {
  readonly descriptor: Descriptor
  readonly bytes: Uint8Array
}

/** Pushes of one engine. */
export class Pusher {
  readonly #store: Store
  readonly #records: ImageRecords
  readonly #registry: Registry
  readonly #slots: Slots

  /** `atOnce` is how many layers move at once. */
  constructor(store: Store, records: ImageRecords, registry: Registry, atOnce: number) {
    this.#slots = new Slots(atOnce)
    this.#store = store
    this.#records = records
    this.#registry = registry
  }

  /** At most so many uploads at a time. */
  limit(count: number): void {
    this.#slots.resize(count)
  }

  /** Blobs that the registry lacks, the manifest under the tag, and the digest as the image's own from now on. */
  push(request: PushRequest): Promise<void> {
    return this.#store.holding(() => this.#push(request))
  }

  async #push(request: PushRequest): Promise<void> {
    const { reference, platform, signal } = request
    const publication = this.#registry.publication(reference, request.credentials)
    const image = platform ? this.#variant(request, platform) : request.image
    const whole = platform ? null : await this.#whole(publication, image, signal)
    let top: Put
    if (whole) {
      for (const one of whole.images) {
        const { descriptor, bytes } = await this.#content(publication, one, request)
        await publication.manifest(descriptor.digest, descriptor, bytes, { signal })
      }
      top = whole.index
    } else top = await this.#content(publication, image, request)
    const { descriptor, bytes } = top
    await publication.manifest(reference.tag, descriptor, bytes, { signal })
    for (const { id } of whole?.images ?? [image])
      this.#remember(id, `${reference.name}@${descriptor.digest}`)
    const { digest: Digest, size: Size } = descriptor
    request.report({ status: `${reference.tag}: digest: ${Digest} size: ${Size}` })
    const aux: PushResult = { Tag: reference.tag, Digest, Size }
    request.report({ progressDetail: {}, aux })
  }

  #variant({ image, reference }: PushRequest, platform: Platform): ImageRecord {
    const variant = variantFor(this.#records, image, platform)
    if (variant) return variant
    throw new EngineError(
      'not-found',
      `image with reference ${familiarReference(reference)} was found but its platform (${formatPlatform(platformOf(image))}) does not match the specified platform (${formatPlatform(platform)})`,
    )
  }

  /** The index that the image was pulled from, when every manifest of it is here or in the registry already. */
  async #whole(
    publication: Publication,
    image: ImageRecord,
    signal: AbortSignal,
  ): Promise<{ readonly index: Put; readonly images: readonly ImageRecord[] } | null> {
    const { descriptor, index } = await targetOf(this.#store, image)
    if (index === null) return null
    const images: ImageRecord[] = []
    for (const entry of index.manifests) {
      const own = this.#records.all().find(({ manifestDigest }) => manifestDigest === entry.digest)
      if (own) images.push(own)
      else if (!(await publication.hasManifest(entry, { signal }))) return null
    }
    const bytes = await this.#store.readDocument(descriptor.digest)
    return { index: { descriptor, bytes }, images }
  }

  /** Makes the registry have everything of one image but its manifest, which is answered. */
  async #content(
    publication: Publication,
    named: ImageRecord,
    { reference, report, signal }: PushRequest,
  ): Promise<Put> {
    // Pushing another tag may have compressed it since.
    const given = this.#records.get(named.id) ?? named
    const layersOf = ({ config, manifest }: ImageRecord) =>
      // Topmost first, as docker shows them.
      manifest.layers.map((layer, at) => ({ layer, diffId: config.rootfs.diff_ids[at] as Digest })).reverse()
    const reporters = new Map(
      layersOf(given).map(({ diffId }) => [diffId, new LayerReporter(hexOf(diffId).slice(0, 12), report)]),
    )
    for (const reporter of reporters.values()) reporter.status('Preparing')
    const image = await compressLayers(this.#store, this.#records, given, signal)
    await this.#counted(image)

    const distinct = new Map(layersOf(image).map((one) => [one.layer.digest, one]))
    const abort = new AbortController()
    const either = AbortSignal.any([signal, abort.signal])
    const results = await Promise.allSettled(
      [...distinct.values()].map(async ({ layer, diffId }) => {
        try {
          await this.#layer(publication, reference, layer, reporters.get(diffId) as LayerReporter, either)
        } catch (error) {
          abort.abort()
          throw error
        }
      }),
    )
    throwFirst(results, signal)
    const { config } = image.manifest
    await publication.blob(
      { descriptor: config, mountFrom: [], read: () => this.#read(config.digest) },
      { signal },
    )
    const bytes = await this.#store.readDocument(image.manifestDigest)
    const mediaType = image.manifest.mediaType ?? OCI_MANIFEST
    return { descriptor: { mediaType, digest: image.manifestDigest, size: bytes.length }, bytes }
  }

  async #layer(
    publication: Publication,
    reference: Reference,
    layer: Descriptor,
    reporter: LayerReporter,
    signal: AbortSignal,
  ): Promise<void> {
    if (isForeignLayerType(layer.mediaType)) {
      reporter.status('Skipped foreign layer')
      return
    }
    if (this.#slots.full) reporter.status('Waiting')
    const release = await this.#slots.take(signal)
    try {
      const uploaded = await publication.blob(
        {
          descriptor: layer,
          mountFrom: this.#lenders(reference, layer.digest),
          read: () => this.#read(layer.digest),
          onProgress: (current) => reporter.bytes('Pushing', current, layer.size),
        },
        { signal, onRetry: (seconds) => reporter.progress({ phase: 'retrying', seconds }) },
      )
      switch (uploaded.kind) {
        case 'exists':
          reporter.status('Layer already exists')
          break
        case 'mounted':
          reporter.status(`Mounted from ${uploaded.from}`)
          break
        case 'sent':
          reporter.status('Pushed')
      }
    } finally {
      release()
    }
  }

  async *#read(digest: Digest): AsyncGenerator<Uint8Array> {
    yield* (await this.#store.readBlob(digest)) as AsyncIterable<Uint8Array>
  }

  /** Other repositories of this registry that an image with the layer was pulled from or pushed to. */
  #lenders(reference: Reference, layer: Digest): readonly string[] {
    const paths = new Set<string>()
    for (const { manifest, repoDigests } of this.#records.all()) {
      if (!manifest.layers.some(({ digest }) => digest === layer)) continue
      for (const name of repoDigests) {
        const other = parseReference(name)
        if (other.domain === reference.domain && other.path !== reference.path) paths.add(other.path)
      }
    }
    return [...paths]
  }

  /** Marks what is to be sent as needed. Throws `not-found` when content was lost. */
  async #counted({ id, manifest }: ImageRecord): Promise<void> {
    for (const { digest } of [manifest.config, ...manifest.layers]) {
      if (await this.#store.hasBlob(digest)) continue
      throw new EngineError('not-found', `cannot push ${id}: its content ${digest} is missing`)
    }
  }

  /** The image may have been removed meanwhile: that stays so. */
  #remember(id: Digest, repoDigest: string): void {
    const now = this.#records.get(id)
    if (!now || now.repoDigests.includes(repoDigest)) return
    this.#records.put({ ...now, repoDigests: [...now.repoDigests, repoDigest] })
  }
}

/** The images of a repository, with their tags, that a push of `reference` means. Throws Docker's words. */
export function pushedImages(
  records: ImageRecords,
  reference: Reference,
): readonly { readonly reference: Reference & { readonly tag: string }; readonly image: ImageRecord }[] {
  const all = records.all().flatMap((image) =>
    image.references.flatMap((name) => {
      const { name: repository, tag } = parseReference(name)
      return repository === reference.name && tag !== undefined ? [{ image, tag }] : []
    }),
  )
  if (all.length === 0) {
    throw new EngineError(
      'not-found',
      `An image does not exist locally with the tag: ${familiarName(reference)}`,
    )
  }
  const wanted = all.filter(({ tag }) => reference.tag === undefined || tag === reference.tag)
  if (wanted.length === 0) {
    throw new EngineError('not-found', `tag does not exist: ${familiarReference(reference)}`)
  }
  return wanted
    .sort((a, b) => (a.tag < b.tag ? -1 : 1))
    .map(({ image, tag }) => ({ image, reference: { ...reference, tag } }))
}

/** The first failure that is no consequence of another. */
function throwFirst(results: readonly PromiseSettledResult<unknown>[], signal: AbortSignal): void {
  const failures = results.flatMap((result) =>
    result.status === 'rejected' ? [result.reason as unknown] : [],
  )
  const cause = failures.find((error) => !(error instanceof EngineError && error.kind === 'cancelled'))
  if (cause !== undefined) throw cause
  if (failures.length > 0 || signal.aborted) throw new EngineError('cancelled', 'the push was cancelled')
}

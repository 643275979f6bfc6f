/** Pulling: from a name in a registry to a recorded image, with the lines that docker's CLI shows. */
import { EngineError, isEngineError } from '../../errors.ts'
import type { Descriptor, Digest, Platform } from '../../oci/descriptor.ts'
import { hexOf } from '../../oci/digest.ts'
import type { ImageConfig } from '../../oci/image-config.ts'
import { isForeignLayerType, isLayerType } from '../../oci/media-types.ts'
import { parseConfig } from '../../oci/parse.ts'
import { formatPlatform, hostPlatform, platformMatches } from '../../oci/platform.ts'
import { familiarReference, formatReference, type Reference } from '../../oci/reference.ts'
import type { Credentials } from '../../registry/authenticator.ts'
import type { Registry } from '../../registry/registry.ts'
import type { Repository, Resolved } from '../../registry/repository.ts'
import type { ImageRecord, ImageRecords, LayerProgress, Store } from '../../store/store.ts'
import { once } from './local-image.ts'
import { platformOf } from './platforms.ts'
import { LayerReporter, type Report } from './progress.ts'
import { Slots } from './slots.ts'
import { Transfers } from './transfers.ts'
import { isNative } from './variants.ts'

/** What to pull. `reference` has a tag or a digest. */
export interface PullRequest {
  readonly reference: Reference
  /** Null is this machine's. */
  readonly platform: Platform | null
  readonly credentials: Credentials
  readonly report: Report
  readonly signal: AbortSignal
}

/** Pulls of one engine: a layer that two want at once is downloaded once. */
export class Puller {
  readonly #store: Store
  readonly #records: ImageRecords
  readonly #registry: Registry
  readonly #layers = new Transfers<LayerProgress, { readonly diffId: Digest }>()
  readonly #slots: Slots

  /** `atOnce` is how many layers move at once. */
  constructor(store: Store, records: ImageRecords, registry: Registry, atOnce: number) {
    this.#slots = new Slots(atOnce)
    this.#store = store
    this.#records = records
    this.#registry = registry
  }

  /** At most so many downloads at a time. */
  limit(count: number): void {
    this.#slots.resize(count)
  }

  /** Says nothing before the registry has answered, so that its refusal can still be an HTTP status. */
  pull(request: PullRequest): Promise<ImageRecord> {
    return this.#store.holding(() => this.#pull(request))
  }

  async #pull(request: PullRequest): Promise<ImageRecord> {
    const { reference, platform, report, signal } = request
    const repository = this.#registry.repository(reference, request.credentials)
    const resolved = await repository.resolve(platform ?? hostPlatform(), { signal })
    report({ status: `Pulling from ${reference.path}`, id: reference.digest ?? reference.tag ?? 'latest' })

    const known = this.#records.get(resolved.manifest.config.digest)
    const name =
      reference.tag !== undefined && reference.digest === undefined ? formatReference(reference) : null
    const before = name === null ? undefined : this.#nameOwner(name)
    if (!known || !(await this.#complete(known))) await this.#fetch(repository, resolved, request)
    const { index } = resolved
    if (index) await this.#store.writeBlob(index.descriptor, once(index.bytes))
    const repoDigest = `${reference.name}@${resolved.digest}`
    // Of one image for several platforms, the one that runs here has the name.
    const stays =
      index !== null &&
      before?.repoDigests.includes(repoDigest) === true &&
      isNative(before) &&
      !platformMatches(hostPlatform(), platform ?? hostPlatform())
    const names = name === null || stays ? [] : [name]
    const image = await this.#store.addImage(
      known?.manifestDigest ?? resolved.manifestDescriptor.digest,
      names,
      [repoDigest],
    )
    report({ status: `Digest: ${resolved.digest}` })
    const same = known !== undefined && (names.length === 0 || before?.id === image.id)
    report({
      status: same
        ? `Status: Image is up to date for ${familiarReference(reference)}`
        : `Status: Downloaded newer image for ${familiarReference(reference)}`,
    })
    const own = platformOf(image)
    if (platform && !platformMatches(platform, own)) {
      report({
        status: `WARNING: image with reference ${familiarReference(reference)} was found but does not match the specified platform: wanted ${formatPlatform(platform)}, actual: ${formatPlatform(own)}`,
      })
    }
    return image
  }

  async #fetch(repository: Repository, resolved: Resolved, { report, signal }: PullRequest): Promise<void> {
    const { manifest } = resolved
    const configBytes = await repository.document(manifest.config, { signal })
    const config = parseConfig(configBytes)
    checkRunnable(config, manifest.layers)

    const wanted = manifest.layers.map((layer, at) => ({
      layer,
      diffId: config.rootfs.diff_ids[at] as Digest,
    }))
    const distinct = [...new Map(wanted.map((one) => [one.layer.digest, one])).values()]
    const reporters = new Map(
      distinct.map(({ layer }) => [
        layer.digest,
        new LayerReporter(hexOf(layer.digest).slice(0, 12), report),
      ]),
    )
    const missing: typeof distinct = []
    for (const one of distinct) {
      const there = await this.#has(one.layer, one.diffId)
      if (there) reporters.get(one.layer.digest)?.progress({ phase: 'exists' })
      else missing.push(one)
    }
    for (const { layer } of missing) reporters.get(layer.digest)?.status('Pulling fs layer')
    // One layer that fails ends the others: what they were for will not come.
    const abort = new AbortController()
    const either = AbortSignal.any([signal, abort.signal])
    const results = await Promise.allSettled(
      missing.map(async ({ layer, diffId }) => {
        const reporter = reporters.get(layer.digest) as LayerReporter
        try {
          await this.#layer(repository, layer, diffId, reporter, either)
        } catch (error) {
          abort.abort()
          throw explained(error, layer)
        }
      }),
    )
    const failures = results.flatMap((result) =>
      result.status === 'rejected' ? [result.reason as unknown] : [],
    )
    const cause = failures.find((error) => !(error instanceof EngineError && error.kind === 'cancelled'))
    if (cause !== undefined) throw cause
    if (failures.length > 0 || signal.aborted) throw new EngineError('cancelled', 'the pull was cancelled')

    await this.#store.writeBlob(manifest.config, once(configBytes))
    await this.#store.writeBlob(resolved.manifestDescriptor, once(resolved.bytes))
  }

  async #has(layer: Descriptor, diffId: Digest): Promise<boolean> {
    return (await this.#store.hasLayer(diffId)) && (await this.#store.hasBlob(layer.digest))
  }

  async #layer(
    repository: Repository,
    layer: Descriptor,
    diffId: Digest,
    reporter: LayerReporter,
    signal: AbortSignal,
  ): Promise<void> {
    // Another pull may have brought it since.
    if (await this.#has(layer, diffId)) {
      reporter.progress({ phase: 'exists' })
      return
    }
    await this.#layers.join(
      // The same bytes under two diff ids: one of them is a lie, and must fail alone.
      `${layer.digest} ${diffId}`,
      async (onProgress, own) => {
        if (this.#slots.full) onProgress({ phase: 'waiting' })
        const release = await this.#slots.take(own)
        try {
          const following = {
            signal: own,
            onRetry: (seconds: number) => onProgress({ phase: 'retrying', seconds }),
          }
          return await this.#store.addLayer(layer, diffId, repository.blob(layer, following), {
            signal: own,
            onProgress: (progress) => {
              if (progress.phase === 'downloaded') release()
              onProgress(progress)
            },
          })
        } finally {
          release()
        }
      },
      { signal, onProgress: (progress) => reporter.progress(progress) },
    )
    reporter.status('Pull complete')
  }

  #nameOwner(name: string): ImageRecord | undefined {
    return this.#records.all().find(({ references }) => references.includes(name))
  }

  /** A known image may have lost content to a failing disk: then it is fetched again. */
  async #complete(image: ImageRecord): Promise<boolean> {
    const blobs = [
      image.manifestDigest,
      image.manifest.config.digest,
      ...image.manifest.layers.map(({ digest }) => digest),
    ]
    const found = await Promise.all([
      ...blobs.map((digest) => this.#store.hasBlob(digest)),
      ...image.config.rootfs.diff_ids.map((diffId) => this.#store.hasLayer(diffId)),
    ])
    return found.every(Boolean)
  }
}

/** A foreign layer may be in a registry, and often is not (image-spec layer.md, "Non-Distributable Layers"). */
function explained(error: unknown, { mediaType, digest, urls = [] }: Descriptor): unknown {
  if (!isForeignLayerType(mediaType) || !isEngineError(error, 'not-found')) return error
  return new EngineError(
    'not-found',
    `the registry does not hold ${digest}: it is a foreign layer, which its publisher keeps elsewhere (${urls.join(', ') || 'nobody says where'}). Ask for an image with all of its layers.`,
    { cause: error },
  )
}

function checkRunnable(config: ImageConfig, layers: readonly Descriptor[]): void {
  if (config.os !== 'linux') {
    throw new EngineError('invalid', `image operating system "${config.os}" cannot be used on this platform`)
  }
  if (config.rootfs.diff_ids.length !== layers.length) {
    throw new EngineError(
      'invalid',
      'the image is damaged: its config and its manifest disagree about its layers',
    )
  }
  for (const { mediaType, digest } of layers) {
    if (mediaType !== '' && !isLayerType(mediaType)) {
      throw new EngineError(
        'invalid',
        `this is no image to run: its layer ${digest} is of the type ${mediaType}`,
      )
    }
  }
}

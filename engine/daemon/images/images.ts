/**
 * Images of the engine: what the image routes of the Docker API do. Everything that changes ends in an event;
 * nothing here knows of containers beyond what `usedBy` and `inUse` tell.
 */
import type {
  ImageDeleteItem,
  ImageHistoryItem,
  ImageInspect,
  ImagePruneResponse,
  ImageSummary,
  ProgressMessage,
} from '../../api/image.ts'
import { EngineError } from '../../errors.ts'
import type { Digest, Platform } from '../../oci/descriptor.ts'
import type { ImageConfig } from '../../oci/image-config.ts'
import { parseConfig } from '../../oci/parse.ts'
import { hostPlatform, parsePlatform } from '../../oci/platform.ts'
import {
  familiar,
  familiarName,
  familiarReference,
  formatReference,
  parseReference,
  type Reference,
  withDefaultTag,
  withTag,
} from '../../oci/reference.ts'
import type { Credentials } from '../../registry/authenticator.ts'
import { type Saved, saveImages } from '../../store/save-images.ts'
import type { ImageRecord } from '../../store/store.ts'
import type { Filters } from '../filters.ts'
import type { DaemonSettings } from '../settings.ts'
import { type CommitRequest, commitImage } from './commit.ts'
import { emitImage } from './emit.ts'
import { archiveAddress, fetchArchive } from './fetch-archive.ts'
import { filterImages } from './filter.ts'
import { findVariant } from './find.ts'
import { importImage } from './import.ts'
import { reported } from './lines.ts'
import { loadImages } from './load.ts'
import { manifestsOf, targetOf } from './manifests.ts'
import { isRepository, pulledReference, readPlatform } from './named.ts'
import type {
  ImageEvent,
  ImagesOptions,
  ImportParameters,
  InspectParameters,
  ListParameters,
  PullParameters,
  PushParameters,
  RemoveParameters,
} from './parameters.ts'
import { lineage } from './parents.ts'
import type { Report } from './progress.ts'
import { Puller, type PullRequest } from './pull.ts'
import { Pusher, pushedImages } from './push.ts'
import { decodeRegistryAuth } from './registry-auth.ts'
import { Removal } from './removal.ts'
import { sharedBytes } from './shared-size.ts'
import { variantFor } from './variants.ts'
import { history, inspect, summary } from './views.ts'

/** All use cases of images. Errors are `EngineError`s with Docker's words. */
export class Images {
  readonly #options: ImagesOptions
  readonly #puller: Puller
  readonly #pusher: Pusher
  readonly #removal: Removal

  constructor(options: ImagesOptions) {
    this.#options = options
    this.#removal = new Removal(options)
    this.#puller = new Puller(
      options.store,
      options.records,
      options.registry,
      options.transfers.maxDownloads,
    )
    this.#pusher = new Pusher(options.store, options.records, options.registry, options.transfers.maxUploads)
  }

  /** Where images come from and go to. */
  get remote(): ImagesOptions['registry'] {
    return this.#options.registry
  }

  /** How registries are reached and how many layers are under way at a time, from now on. Throws `invalid`. */
  configure(settings: DaemonSettings['registries']): void {
    this.#options.registry.configure(settings)
    this.#puller.limit(settings.maxDownloads)
    this.#pusher.limit(settings.maxUploads)
  }

  /**
   * The image that a name or (short) id means, for making a container of it; null means any platform.
   * Throws `not-found` with the words "No such image: x:latest" that docker's CLI answers with a pull.
   */
  resolve(nameOrId: string, platform: Platform | null = null): ImageRecord {
    return findVariant(this.#options.records, nameOrId, platform).image
  }

  /**
   * Runs `work` with the image's layers there until its end, even when the image is removed meanwhile. Throws
   * `not-found` when it is gone already.
   */
  async keeping<T>(id: Digest, work: () => Promise<T>): Promise<T> {
    const { store } = this.#options
    try {
      return await store.holding(async () => {
        for (const diffId of this.resolve(id).config.rootfs.diff_ids) await store.hasLayer(diffId)
        this.resolve(id)
        return work()
      })
    } finally {
      await this.released(id)
    }
  }

  /** A container of the image is gone: if the image went before it, so does what it had left. */
  async released(id: Digest): Promise<void> {
    if (this.#options.records.get(id) === undefined) await this.collect()
  }

  /**
   * Pulls one image, or all tags, and yields the JSON lines; what fails before the first can still be an HTTP status.
   * Throws `cancelled` when `signal` aborts or the reader leaves, with nothing half-made left.
   */
  pull(parameters: PullParameters, signal: AbortSignal): AsyncIterable<ProgressMessage> {
    return reported((report, either) => this.#tidily(() => this.#pull(parameters, report, either)), signal)
  }

  async #pull(parameters: PullParameters, report: Report, signal: AbortSignal): Promise<void> {
    const named = pulledReference(parameters)
    const credentials = decodeRegistryAuth(parameters.auth)
    const platform = parameters.platform ? parsePlatform(parameters.platform) : null
    for (const reference of await this.#expand(named, credentials, signal)) {
      const image = await this.#puller.pull({ reference, platform, credentials, report, signal })
      this.#emit('pull', familiarReference(reference), familiarName(reference), image)
    }
  }

  /** What a name means in its registry, without its layers. Throws as a pull does. */
  async lookUp(
    reference: Reference,
    platform: Platform,
    { credentials, signal }: { readonly credentials: Credentials; readonly signal: AbortSignal },
  ): Promise<{ readonly digest: Digest; readonly config: ImageConfig }> {
    const repository = this.#options.registry.repository(reference, credentials)
    const { manifest, manifestDescriptor } = await repository.resolve(platform, { signal })
    const config = parseConfig(await repository.document(manifest.config, { signal }))
    return { digest: manifestDescriptor.digest, config }
  }

  /** Pulls one image for work of the engine's own; what fails leaves nothing behind. */
  async bring(request: PullRequest): Promise<ImageRecord> {
    const image = await this.#tidily(() => this.#puller.pull(request))
    this.#emit('pull', familiarReference(request.reference), familiarName(request.reference), image)
    return image
  }

  /** Pushes one tag or all of a repository, and yields the JSON lines. Throws `invalid` for a name that is none. */
  push(parameters: PushParameters, signal: AbortSignal): AsyncIterable<ProgressMessage> {
    const named = parseReference(parameters.name)
    if (named.digest !== undefined) throw new EngineError('invalid', 'cannot push a digest reference')
    const reference = parameters.tag === '' ? named : withTag(named, parameters.tag)
    const credentials = decodeRegistryAuth(parameters.auth)
    const platform = readPlatform(parameters.platform)
    return reported(async (report, either) => {
      report({ status: `The push refers to repository [${reference.name}]` })
      try {
        for (const pushed of pushedImages(this.#options.records, reference)) {
          await this.#pusher.push({ ...pushed, platform, credentials, report, signal: either })
        }
      } finally {
        // What compressing has replaced is needed no longer, however the push ended.
        await this.collect()
      }
      const [first] = pushedImages(this.#options.records, reference)
      if (first) this.#emit('push', familiarReference(reference), familiarName(reference), first.image)
    }, signal)
  }

  /** Pushes an image that was just built under one of its names (fully qualified, with a tag). */
  async pushBuilt(
    image: ImageRecord,
    name: string,
    told: { readonly credentials: Credentials; readonly report: Report; readonly signal: AbortSignal },
  ): Promise<void> {
    const reference = parseReference(name)
    const { tag } = reference
    if (tag === undefined) throw new EngineError('invalid', `${name} has no tag to be pushed under`)
    await this.#pusher.push({ ...told, reference: { ...reference, tag }, image, platform: null })
    this.#emit('push', familiarReference(reference), familiarName(reference), image)
  }

  /** Tells that a build gave an image this name (fully qualified). */
  namedBuilt(image: ImageRecord, name: string): void {
    this.#emit('tag', image.id, familiar(name), image)
  }

  /** POST /images/create with fromSrc: `-` reads `body`, all else is an address. Yields `{"status": "sha256:..."}`. */
  import(
    parameters: ImportParameters,
    body: AsyncIterable<Uint8Array>,
    signal: AbortSignal,
  ): AsyncIterable<ProgressMessage> {
    return reported(async (report, either) => {
      const { source } = parameters
      const bytes = source === '-' ? body : fetchArchive(archiveAddress(source), report, either)
      const image = await this.#tidily(() => this.#import(parameters, bytes, either))
      report({ status: image.id })
    }, signal)
  }

  async #import(
    parameters: ImportParameters,
    body: AsyncIterable<Uint8Array>,
    signal: AbortSignal,
  ): Promise<ImageRecord> {
    const { source, repo, tag, platform } = parameters
    const reference = repo === '' ? null : pulledReference({ fromImage: repo, tag })
    if (reference?.digest !== undefined) throw new EngineError('invalid', 'cannot import digest reference')
    const image = await importImage(this.#options.store, {
      body,
      reference: reference && formatReference(withDefaultTag(reference)),
      message: parameters.message || `Imported from ${source}`,
      changes: parameters.changes,
      platform: platform ? parsePlatform(platform) : hostPlatform(),
      signal,
    })
    this.#emit('import', image.id, image.id, image)
    return image
  }

  /** An image of a container's changes; a name that it gets is told of as a tag. */
  async commit(request: CommitRequest): Promise<ImageRecord> {
    const image = await this.#tidily(() => commitImage(this.#options.store, request))
    const { reference } = request
    if (reference !== null) this.#emit('tag', image.id, familiar(reference), image)
    return image
  }

  /** POST /images/load: a docker archive or an OCI layout, compressed or not. */
  load(
    query: { readonly quiet: boolean },
    body: AsyncIterable<Uint8Array>,
    signal: AbortSignal,
  ): AsyncIterable<ProgressMessage> {
    const { store, records } = this.#options
    return reported(async (report, either) => {
      const request = { store, records, body, quiet: query.quiet, report, signal: either }
      const images = await this.#tidily(() => loadImages(request))
      for (const image of images) this.#emit('load', image.id, image.id, image)
    }, signal)
  }

  /** GET /images/get: a tar of these images. A repository without a tag means all of its tags. Throws `not-found` before the first byte. */
  save(names: readonly string[], platformJson = ''): AsyncIterable<Uint8Array> {
    const platform = readPlatform(platformJson)
    const saved = new Map<Digest, Saved>()
    for (const name of names) {
      for (const { image, references } of this.#named(name, platform)) {
        const before = saved.get(image.id)?.names ?? []
        saved.set(image.id, { image, names: [...new Set([...before, ...references])] })
      }
    }
    for (const { image } of saved.values()) this.#emit('save', image.id, image.id, image)
    return saveImages(this.#options.store, [...saved.values()])
  }

  #named(
    name: string,
    platform: Platform | null,
  ): readonly { readonly image: ImageRecord; readonly references: readonly string[] }[] {
    const { records } = this.#options
    const repository = isRepository(name) ? parseReference(name).name : null
    const all = records.all().flatMap((image) => {
      const references = image.references.filter((other) => parseReference(other).name === repository)
      const variant = platform === null ? image : variantFor(records, image, platform)
      return references.length > 0 && variant ? [{ image: variant, references }] : []
    })
    if (all.length > 0) return all
    const found = findVariant(records, name, platform)
    if (found.by === 'id' || found.reference.digest !== undefined)
      return [{ image: found.image, references: [] }]
    return [{ image: found.image, references: [formatReference(found.reference)] }]
  }

  /** GET /images/json. Newest first. */
  async list(query: ListParameters): Promise<readonly ImageSummary[]> {
    const { records, store, usedBy } = this.#options
    const shared = query.sharedSize ? await sharedBytes(records.all(), store) : null
    const rows = filterImages(records, query.filters, query).map(
      async ({ image, references, repoDigests }): Promise<ImageSummary> => ({
        ...summary(image, {
          references,
          repoDigests,
          containers: usedBy(image.id).length,
          sharedBytes: shared && (shared.get(image.id) ?? 0),
        }),
        ...(query.descriptors ? { Descriptor: (await targetOf(store, image)).descriptor } : {}),
        ...(query.manifests ? await this.#manifests(image) : {}),
      }),
    )
    return Promise.all(rows)
  }

  async inspect(nameOrId: string, options: InspectParameters): Promise<ImageInspect> {
    if (options.manifests && options.platform !== '') {
      throw new EngineError(
        'invalid',
        'conflicting options: manifests and platform options cannot both be set',
      )
    }
    const image = this.resolve(nameOrId, readPlatform(options.platform))
    const { descriptor } = await targetOf(this.#options.store, image)
    const manifests = options.manifests ? await this.#manifests(image) : {}
    const folders = image.config.rootfs.diff_ids.map((diffId) => this.#options.store.layerFolder(diffId))
    return { ...inspect(image, folders), Descriptor: descriptor, ...manifests }
  }

  async #manifests(image: ImageRecord): Promise<Pick<ImageInspect, 'Manifests'>> {
    const { records, store, usedBy } = this.#options
    const users = (id: Digest) => usedBy(id).map((user) => user.id)
    return { Manifests: await manifestsOf(store, records, image, users) }
  }

  async history(nameOrId: string, platform = ''): Promise<readonly ImageHistoryItem[]> {
    const image = this.resolve(nameOrId, readPlatform(platform))
    const sizes = image.config.rootfs.diff_ids.map((diffId) => this.#options.store.layerSizeBytes(diffId))
    const { records } = this.#options
    return history(lineage(records, image), await Promise.all(sizes))
  }

  /** Gives the image one more name; another image that has it loses it. */
  async tag(nameOrId: string, repository: string, tag = ''): Promise<void> {
    const image = this.resolve(nameOrId)
    const parsed = parseReference(repository)
    if (parsed.digest !== undefined)
      throw new EngineError('invalid', 'refusing to create a tag with a digest reference')
    const reference = tag === '' ? withDefaultTag(parsed) : withTag(parsed, tag)
    this.#name(image, reference)
    this.#emit('tag', image.id, familiarReference(reference), image)
  }

  /** Takes a name away, or the image with all its names: see `planRemoval`. */
  remove(nameOrId: string, options: RemoveParameters): Promise<readonly ImageDeleteItem[]> {
    return this.#removal.remove(nameOrId, options)
  }

  /**
   * Removes content that no image, container or result of a build needs; after a start, what a killed engine had half
   * pulled. Answers the bytes that it freed.
   */
  collect(): Promise<number> {
    return this.#options.store.collect(this.#options.inUse(), this.#options.results())
  }

  /** What failed leaves nothing behind, the layers that had come well included. */
  async #tidily<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (error) {
      await this.collect()
      throw error
    }
  }

  /** POST /images/prune: images without a name, with `dangling=false` all that no container uses. */
  prune(filters: Filters): Promise<ImagePruneResponse> {
    return this.#removal.prune(filters)
  }

  async #expand(named: Reference, credentials: ReturnType<typeof decodeRegistryAuth>, signal: AbortSignal) {
    if (named.tag !== undefined || named.digest !== undefined) return [named]
    const tags = await this.#options.registry.repository(named, credentials).tags({ signal })
    if (tags.length === 0) throw new EngineError('not-found', `repository ${familiarName(named)} has no tags`)
    return tags.map((tag) => withTag(named, tag))
  }

  #name(image: ImageRecord, reference: Reference): void {
    const name = formatReference(reference)
    if (image.references.includes(name)) return
    this.#options.records.put({ ...image, references: [...image.references, name] })
  }

  #emit(action: ImageEvent['Action'], id: string, name: string, image: ImageRecord): void {
    emitImage(this.#options.emit, action, id, name, image)
  }
}

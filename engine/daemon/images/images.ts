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
import { hostPlatform, parsePlatform, parsePlatformJson } from '../../oci/platform.ts'
import {
  familiarName,
  familiarReference,
  formatReference,
  parseReference,
  type Reference,
  withDefaultTag,
  withTag,
} from '../../oci/reference.ts'
import type { Registry } from '../../registry/registry.ts'
import type { ImageRecord, ImageRecords, Store } from '../../store/store.ts'
import { booleanFilter, checkFilters, type Filters } from '../filters.ts'
import type { DaemonSettings } from '../settings.ts'
import { filterImages } from './filter.ts'
import { findImage } from './find.ts'
import { importImage } from './import.ts'
import { reported } from './lines.ts'
import { loadImages } from './load.ts'
import { requirePlatform } from './platforms.ts'
import type { Report } from './progress.ts'
import { Puller } from './pull.ts'
import { Pusher, pushedImages } from './push.ts'
import { decodeRegistryAuth } from './registry-auth.ts'
import { deletedLayers, type ImageUser, planRemoval, type RemovalPlan } from './remove.ts'
import { type Saved, saveImages } from './save.ts'
import { sharedBytes } from './shared-size.ts'
import { history, inspect, summary } from './views.ts'

/** What others are told: the daemon's event log adds the time. */
export interface ImageEvent {
  readonly Type: 'image'
  readonly Action: 'pull' | 'push' | 'import' | 'load' | 'save' | 'tag' | 'untag' | 'delete' | 'prune'
  readonly Actor: { readonly ID: string; readonly Attributes: Readonly<Record<string, string>> }
}

/** What images need of the rest of the daemon. */
export interface ImagesOptions {
  readonly store: Store
  readonly records: ImageRecords
  readonly registry: Registry
  /** How many layers move at once, over all pulls and over all pushes. */
  readonly transfers: { readonly maxDownloads: number; readonly maxUploads: number }
  /** Containers made from the image. */
  readonly usedBy: (id: Digest) => readonly ImageUser[]
  /** Diff ids of every container: their layers stay when the image goes. */
  readonly inUse: () => readonly (readonly Digest[])[]
  readonly emit: (event: ImageEvent) => void
}

/** POST /images/create with fromImage. Empty strings count as left out. */
export interface PullParameters {
  readonly fromImage: string
  /** A tag or a digest; without one here and in the name, every tag is pulled. */
  readonly tag?: string
  readonly platform?: string
  /** The X-Registry-Auth header as it came. */
  readonly auth?: string
}

/** POST /images/{name}/push. Empty strings count as left out. */
export interface PushParameters {
  readonly name: string
  /** Without one, every tag of the repository is pushed. */
  readonly tag: string
  /** A platform as JSON: `{"os": "linux", "architecture": "amd64"}`. */
  readonly platform: string
  /** The X-Registry-Auth header as it came. */
  readonly auth: string
}

/** POST /images/create with fromSrc. Empty strings count as left out. */
export interface ImportParameters {
  readonly source: string
  readonly repo: string
  readonly tag: string
  readonly message: string
  /** Dockerfile instructions. */
  readonly changes: readonly string[]
  readonly platform: string
}

/** All use cases of images. Errors are `EngineError`s with Docker's words. */
export class Images {
  readonly #options: ImagesOptions
  readonly #puller: Puller
  readonly #pusher: Pusher

  constructor(options: ImagesOptions) {
    this.#options = options
    this.#puller = new Puller(
      options.store,
      options.records,
      options.registry,
      options.transfers.maxDownloads,
    )
    this.#pusher = new Pusher(options.store, options.records, options.registry, options.transfers.maxUploads)
  }

  /** How registries are reached and how many layers are under way at a time, from now on. Throws `invalid`. */
  configure(settings: DaemonSettings['registries']): void {
    this.#options.registry.configure(settings)
    this.#puller.limit(settings.maxDownloads)
    this.#pusher.limit(settings.maxUploads)
  }

  /**
   * The image that a name or (short) id means, for making a container of it.
   * Throws `not-found` with the words "No such image: x:latest" that docker's CLI answers with a pull.
   */
  resolve(nameOrId: string): ImageRecord {
    return findImage(this.#options.records, nameOrId).image
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
    const platform: Platform = parameters.platform ? parsePlatform(parameters.platform) : hostPlatform()
    for (const reference of await this.#expand(named, credentials, signal)) {
      const image = await this.#puller.pull({ reference, platform, credentials, report, signal })
      this.#emit('pull', familiarReference(reference), familiarName(reference), image)
    }
  }

  /** Pushes one tag or all of a repository, and yields the JSON lines. Throws `invalid` for a name that is none. */
  push(parameters: PushParameters, signal: AbortSignal): AsyncIterable<ProgressMessage> {
    const named = parseReference(parameters.name)
    if (named.digest !== undefined) throw new EngineError('invalid', 'cannot push a digest reference')
    const reference = parameters.tag === '' ? named : withTag(named, parameters.tag)
    const credentials = decodeRegistryAuth(parameters.auth)
    const platform = parameters.platform === '' ? null : parsePlatformJson(parameters.platform)
    return reported(async (report, either) => {
      report({ status: `The push refers to repository [${reference.name}]` })
      for (const pushed of pushedImages(this.#options.records, reference)) {
        if (platform !== null) requirePlatform(pushed.image, platform)
        await this.#pusher.push({ ...pushed, credentials, report, signal: either })
      }
      // What compressing has replaced is needed no longer.
      await this.collect()
      const [first] = pushedImages(this.#options.records, reference)
      if (first) this.#emit('push', familiarReference(reference), familiarName(reference), first.image)
    }, signal)
  }

  /** POST /images/create with fromSrc: `-` reads `body`. Yields `{"status": "sha256:..."}`. */
  import(
    parameters: ImportParameters,
    body: AsyncIterable<Uint8Array>,
    signal: AbortSignal,
  ): AsyncIterable<ProgressMessage> {
    return reported(async (report, either) => {
      const image = await this.#tidily(() => this.#import(parameters, body, either))
      report({ status: image.id })
    }, signal)
  }

  async #import(
    parameters: ImportParameters,
    body: AsyncIterable<Uint8Array>,
    signal: AbortSignal,
  ): Promise<ImageRecord> {
    const { source, repo, tag, platform } = parameters
    if (source !== '-') {
      throw new EngineError(
        'not-implemented',
        `cannot import from "${source}": fetch it first, and import it from a file`,
      )
    }
    const reference = repo === '' ? null : pulledReference({ fromImage: repo, tag })
    if (reference?.digest !== undefined) throw new EngineError('invalid', 'cannot import digest reference')
    const image = await importImage(this.#options.store, {
      body,
      reference: reference && formatReference(withDefaultTag(reference)),
      message: parameters.message || 'Imported from -',
      changes: parameters.changes,
      platform: platform ? parsePlatform(platform) : hostPlatform(),
      signal,
    })
    this.#emit('import', image.id, image.id, image)
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
  save(names: readonly string[]): AsyncIterable<Uint8Array> {
    const saved = new Map<Digest, Saved>()
    for (const name of names) {
      for (const { image, references } of this.#named(name)) {
        const before = saved.get(image.id)?.names ?? []
        saved.set(image.id, { image, names: [...new Set([...before, ...references])] })
      }
    }
    for (const { image } of saved.values()) this.#emit('save', image.id, image.id, image)
    return saveImages(this.#options.store, [...saved.values()])
  }

  #named(name: string): readonly { readonly image: ImageRecord; readonly references: readonly string[] }[] {
    const { records } = this.#options
    const repository = isRepository(name) ? parseReference(name).name : null
    const all = records.all().flatMap((image) => {
      const references = image.references.filter((other) => parseReference(other).name === repository)
      return references.length > 0 ? [{ image, references }] : []
    })
    if (all.length > 0) return all
    const found = findImage(records, name)
    if (found.by === 'id' || found.reference.digest !== undefined)
      return [{ image: found.image, references: [] }]
    return [{ image: found.image, references: [formatReference(found.reference)] }]
  }

  /** GET /images/json. Newest first. */
  async list(query: {
    readonly sharedSize: boolean
    readonly filters: Filters
  }): Promise<readonly ImageSummary[]> {
    const { records, store, usedBy } = this.#options
    const rows = filterImages(records, query.filters)
    const shared = query.sharedSize ? await sharedBytes(records.all(), store) : null
    return rows.map(({ image, references, repoDigests }) =>
      summary(image, {
        references,
        repoDigests,
        containers: usedBy(image.id).length,
        sharedBytes: shared && (shared.get(image.id) ?? 0),
      }),
    )
  }

  async inspect(nameOrId: string): Promise<ImageInspect> {
    return inspect(this.resolve(nameOrId))
  }

  async history(nameOrId: string): Promise<readonly ImageHistoryItem[]> {
    const image = this.resolve(nameOrId)
    const sizes = image.config.rootfs.diff_ids.map((diffId) => this.#options.store.layerSizeBytes(diffId))
    return history(image, await Promise.all(sizes))
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
  async remove(nameOrId: string, options: { readonly force: boolean }): Promise<readonly ImageDeleteItem[]> {
    const { records, store, usedBy, inUse } = this.#options
    const found = findImage(records, nameOrId)
    const plan = planRemoval(found, usedBy(found.image.id), options.force)
    const items = this.#apply(found.image, plan)
    if (plan.rest === null) await store.collect(inUse())
    return items
  }

  /** Removes content that no image and no container needs; after a start, what a killed engine had half pulled. */
  async collect(): Promise<void> {
    await this.#options.store.collect(this.#options.inUse())
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
  async prune(filters: Filters): Promise<ImagePruneResponse> {
    const { records, store, usedBy, inUse } = this.#options
    checkFilters(filters, ['dangling', 'label', 'label!', 'until'])
    const all = booleanFilter(filters, 'dangling') === false
    const rows = filterImages(records, new Map([...filters].filter(([name]) => name !== 'dangling')))
    const unused = rows.filter(
      ({ image }) => usedBy(image.id).length === 0 && (all || image.references.length === 0),
    )
    const items: ImageDeleteItem[] = []
    for (const { image } of unused)
      items.push(...this.#apply(image, planRemoval({ by: 'id', image }, [], true)))
    const freed = await store.collect(inUse())
    const attributes = { reclaimed: String(freed) }
    this.#options.emit({ Type: 'image', Action: 'prune', Actor: { ID: '', Attributes: attributes } })
    return { ImagesDeleted: items.length > 0 ? items : null, SpaceReclaimed: freed }
  }

  async #expand(named: Reference, credentials: ReturnType<typeof decodeRegistryAuth>, signal: AbortSignal) {
    if (named.tag !== undefined || named.digest !== undefined) return [named]
    const tags = await this.#options.registry.repository(named, credentials).tags({ signal })
    if (tags.length === 0) throw new EngineError('not-found', `repository ${familiarName(named)} has no tags`)
    return tags.map((tag) => withTag(named, tag))
  }

  /** Carries a plan out in the records and tells of it; the content goes with the next collection. */
  #apply(image: ImageRecord, plan: RemovalPlan): readonly ImageDeleteItem[] {
    const { records, inUse } = this.#options
    const items: ImageDeleteItem[] = plan.untagged.map((name) => ({ Untagged: name }))
    if (plan.rest) {
      records.put(plan.rest)
    } else {
      records.remove(image.id)
      const others = [...records.all().map(({ config }) => config.rootfs.diff_ids), ...inUse()]
      items.push({ Deleted: image.id }, ...deletedLayers(image, others))
    }
    for (const _ of plan.untagged) this.#emit('untag', image.id, image.id, image)
    if (plan.rest === null) this.#emit('delete', image.id, image.id, image)
    return items
  }

  #name(image: ImageRecord, reference: Reference): void {
    const name = formatReference(reference)
    if (image.references.includes(name)) return
    this.#options.records.put({ ...image, references: [...image.references, name] })
  }

  #emit(action: ImageEvent['Action'], id: string, name: string, image: ImageRecord): void {
    const attributes = { ...image.config.config?.Labels, name }
    this.#options.emit({ Type: 'image', Action: action, Actor: { ID: id, Attributes: attributes } })
  }
}

/** A valid name with neither tag nor digest. */
function isRepository(name: string): boolean {
  try {
    const { tag, digest } = parseReference(name)
    return tag === undefined && digest === undefined
  } catch {
    return false // an id
  }
}

/** `fromImage` and `tag` as one reference; clients put the tag in either. */
function pulledReference({ fromImage, tag = '' }: PullParameters): Reference {
  const reference = parseReference(fromImage)
  if (tag === '') return reference
  return tag.startsWith('sha256:') ? parseReference(`${reference.name}@${tag}`) : withTag(reference, tag)
}

/**
 * What images are asked, and what they need of the rest of the daemon. Platforms are as they came: JSON
 * (`{"os": "linux", ...}`) but for pull and import (`linux/arm64`).
 */
import type { Digest } from '../../oci/descriptor.ts'
import type { Registry } from '../../registry/registry.ts'
import type { ImageRecords, Store } from '../../store/store.ts'
import type { Filters } from '../filters.ts'
import type { ImageUser } from './remove.ts'

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
  /** Diff ids of every result that a build can use again. */
  readonly results: () => readonly (readonly Digest[])[]
  readonly emit: (event: ImageEvent) => void
}

/** DELETE /images/{name}. */
export interface RemoveParameters {
  readonly force: boolean
  /** Keep nameless images that it was committed from. */
  readonly noprune?: boolean
  /** Of an image for several platforms, those to take away; none means all of it. */
  readonly platforms?: readonly string[]
}

/** GET /images/json. */
export interface ListParameters {
  /** Also those that are one platform of an image with a name, and nameless ones that others were committed from. */
  readonly all: boolean
  readonly sharedSize: boolean
  /** What each name stands for: costs a look at the disk for each. */
  readonly descriptors: boolean
  readonly manifests: boolean
  readonly filters: Filters
}

/** GET /images/{name}/json. */
export interface InspectParameters {
  readonly manifests: boolean
  /** Of an image for several platforms, which; empty is the one that the name itself means. */
  readonly platform: string
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
  /** Empty pushes all that the name stands for, when all of it is here. */
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

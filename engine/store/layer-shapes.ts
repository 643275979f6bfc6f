/** What is said of layers: by their own notes, by whoever brings one, and by the store. */
import type { Descriptor, Digest } from '../oci/descriptor.ts'
import type { LayerProgress } from './store.ts'

/** What `layer.json` says of a layer. Sizes in bytes. */
export interface LayerFacts {
  readonly diffId: Digest
  /** The blob it was unpacked from. */
  readonly blob: Digest
  readonly sizeBytes: number
  readonly entries: number
  /** Name of its short link. */
  readonly link: string
  /** The length of its plain tar, when that can be written again from `tar-recipe` and is no blob of its own. */
  readonly tarBytes?: number
  /** That tar is what packing the files gives, and needs no recipe. */
  readonly packed?: true
}

/** A layer whose files lie ready in a folder of this file system. */
export interface MadeLayer {
  /** Becomes the layer's own. */
  readonly folder: string
  /** Of the tar that packing `folder` gives. */
  readonly diffId: Digest
  readonly tarBytes: number
  readonly sizeBytes: number
  readonly entries: number
}

/** How a layer comes in: `expected` is null when its digest is not known before (an import). */
export interface LayerSource {
  readonly expected: Descriptor | null
  readonly diffId: Digest | null
  readonly source: AsyncIterable<Uint8Array>
  /** Told of each digest before it is looked for or made. */
  readonly claim: (digest: Digest) => Promise<void>
  /** False for a whole root instead of a layer. */
  readonly whiteouts?: boolean
  readonly onProgress?: ((progress: LayerProgress) => void) | undefined
  readonly signal?: AbortSignal | undefined
}

/** A layer that is there now. `blob` describes the bytes as they came. */
export interface AddedLayer {
  readonly diffId: Digest
  readonly sizeBytes: number
  readonly blob: { readonly digest: Digest; readonly size: number }
}

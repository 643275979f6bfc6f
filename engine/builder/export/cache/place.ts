/** Where a cache is kept, or an image that has one within. */
import type { Descriptor } from '../../../oci/descriptor.ts'
import type { CacheDocument } from './document.ts'

/** A cache that was found. */
export interface FoundCache {
  readonly document: CacheDocument
  /** A layer's bytes, not verified. */
  open(layer: Descriptor, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>>
}

/** A blob that is to be there. */
export interface CacheBlob {
  readonly descriptor: Descriptor
  read(): Promise<AsyncIterable<Uint8Array>>
}

export interface CachePlace {
  /** As progress says it: `registry example.com/app:cache`. */
  readonly name: string
  /** Null when there is none, or the image there has none within. Throws `EngineError`. */
  read(signal: AbortSignal): Promise<FoundCache | null>
  /** Puts all blobs there, then the manifest that names them. `told` hears of each blob as it begins. */
  write(
    blobs: readonly CacheBlob[],
    manifest: { readonly descriptor: Descriptor; readonly bytes: Buffer },
    told: { readonly signal: AbortSignal; readonly begun: (blob: Descriptor) => void },
  ): Promise<void>
}

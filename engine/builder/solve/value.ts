/** What a step results in. */
import type { Digest } from '../../oci/descriptor.ts'

export type Value =
  /** Layers that the store has, bottom first; none is an empty root. */
  | { readonly kind: 'layers'; readonly diffIds: readonly Digest[] }
  /** Layers that the store may not have yet: an image that nobody needed the files of so far. */
  | {
      readonly kind: 'image'
      readonly diffIds: readonly Digest[]
      /** Pulls what is missing; once, however often it is called. */
      readonly fetch: () => Promise<void>
    }
  /** A folder of the host, to be read as it is; kept until the build ends. */
  | { readonly kind: 'folder'; readonly folder: SourceFolder }

/** Files outside the store: a context, a checkout, a download. */
export interface SourceFolder {
  /** Absolute, of the host. */
  readonly path: string
  /** Whether a path below it (no slash at either end) is part of it: ignore rules. A folder that is not may hold some that are. */
  readonly includes: (path: string, isFolder: boolean) => boolean
  /**
   * Digest of one file's or folder's content with mode and owner, but no times; what is not included left out.
   * Null when there is nothing. `each` is told of every file and link below it, in order: what a change is named by.
   */
  readonly digest: (path: string, each?: (path: string, digest: Digest) => void) => Promise<Digest | null>
  /** Owners as they are on disk, or all root's (what a client sends as a tar keeps its owners; a folder in place does not). */
  readonly owners: 'kept' | 'root'
}

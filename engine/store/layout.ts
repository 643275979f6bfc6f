/** Where the store keeps what, below its root. */
import { join } from 'node:path'
import type { Digest } from '../oci/descriptor.ts'
import { hexOf } from '../oci/digest.ts'

/** Every path of a store. All on one file system: things become visible by rename. */
export class Layout {
  readonly root: string
  readonly blobs: string
  readonly layers: string
  /** Short symlinks to layers: an overlay of many must fit its options into one page. */
  readonly links: string
  readonly containers: string
  /** Half-made things; empty whenever nothing is under way. */
  readonly temporary: string
  /** Removed things whose bytes are still going. */
  readonly trash: string
  /** The places below every image that the runtime mounts on (base.ts). */
  readonly base: string
  /** An overlay without an upper folder has at least two. */
  readonly empty: string

  constructor(root: string) {
    this.root = root
    this.blobs = join(root, 'blobs', 'sha256')
    this.layers = join(root, 'layers', 'sha256')
    this.links = join(root, 'layers', 'l')
    this.containers = join(root, 'containers')
    this.temporary = join(root, 'tmp')
    this.trash = join(root, 'trash')
    this.base = join(root, 'layers', 'base')
    this.empty = join(root, 'layers', 'empty')
  }

  /** All folders, parents first. */
  folders(): readonly string[] {
    return [this.blobs, this.layers, this.links, this.empty, this.containers, this.temporary, this.trash]
  }

  blob(digest: Digest): string {
    return join(this.blobs, hexOf(digest))
  }

  /** Holds `diff` (the unpacked files) and `layer.json`. */
  layer(diffId: Digest): string {
    return join(this.layers, hexOf(diffId))
  }

  /** Holds `upper`, `work` and `merged`. */
  container(id: string): string {
    return join(this.containers, id)
  }
}

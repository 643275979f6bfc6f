/** The files that containers see: read and written through their mounts, packed, and compared with their image. */
import { decompress } from '../archive/compression.ts'
import { frames } from '../archive/frames.ts'
import {
  type FileChange,
  type FileStat,
  packTree,
  type RootBind,
  type RootView,
  readFromView,
  statInView,
  upperChanges,
  type WriteOptions,
  writeToView,
} from '../host/rooted-files.ts'
import type { Digest } from '../oci/descriptor.ts'
import { withoutRareCompression } from './decompress.ts'
import type { Rootfs } from './rootfs.ts'

export type { FileChange, FileStat, RootBind, WriteOptions }

/** A container's root by what it is made of. `binds` in the order in which they are mounted. */
export interface ContainerRoot {
  readonly id: string
  /** Bottom first. */
  readonly diffIds: readonly Digest[]
  readonly binds: readonly RootBind[]
  readonly readOnly: boolean
}

/** Works on containers that run and on those that do not. Paths are the container's own, and never leave its root. */
export class ContainerFiles {
  readonly #rootfs: Rootfs

  constructor(rootfs: Rootfs) {
    this.#rootfs = rootfs
  }

  /** Throws `not-found` when there is nothing at `path`. */
  stat(root: ContainerRoot, path: string): Promise<FileStat> {
    return this.#leased(root, (place) => statInView(this.#view(root, place), path))
  }

  /** What is at `path` as a tar whose names begin with `as`. The tar must be read to its end or left. */
  async read(
    root: ContainerRoot,
    path: string,
    as: string,
  ): Promise<{ readonly stat: FileStat; readonly tar: AsyncGenerator<Uint8Array, void, undefined> }> {
    const lease = await this.#rootfs.lease(root.id, root.diffIds)
    try {
      const { stat, tar } = await readFromView(this.#view(root, lease.path), path, as)
      return { stat, tar: releasing(tar, lease.release) }
    } catch (error) {
      await lease.release()
      throw error
    }
  }

  /** Unpacks the tar `source`, compressed or not, into the directory at `path`. */
  write(
    root: ContainerRoot,
    path: string,
    options: WriteOptions,
    source: AsyncIterable<Uint8Array>,
  ): Promise<void> {
    return this.#leased(root, (place) =>
      writeToView(this.#view(root, place), path, options, frames(decompress(withoutRareCompression(source)))),
    )
  }

  /** The whole root without its mounts, as a tar. */
  async export({ id, diffIds }: Pick<ContainerRoot, 'id' | 'diffIds'>): Promise<AsyncGenerator<Uint8Array>> {
    const lease = await this.#rootfs.lease(id, diffIds)
    return releasing(packTree(lease.path, 'seen', this.#rootfs.userNamespace(id)), lease.release)
  }

  /** What the container has changed, as the tar of an image's layer. The same changes are the same bytes. */
  async layer(id: string): Promise<AsyncGenerator<Uint8Array>> {
    return packTree((await this.#rootfs.own(id)).upper, 'layer')
  }

  /** What the container has changed, a path once, parents first. */
  async changes(id: string, diffIds: readonly Digest[]): Promise<readonly FileChange[]> {
    const { upper, merged, links } = await this.#rootfs.own(id)
    return upperChanges(upper, merged, await this.#rootfs.lowerOptions(diffIds), links)
  }

  #view({ id, binds, readOnly }: ContainerRoot, root: string): RootView {
    return { root, binds, readOnly, userns: this.#rootfs.userNamespace(id) }
  }

  async #leased<T>(root: ContainerRoot, work: (place: string) => Promise<T>): Promise<T> {
    const lease = await this.#rootfs.lease(root.id, root.diffIds)
    try {
      return await work(lease.path)
    } finally {
      await lease.release()
    }
  }
}

/** The stream ends when all of it is released: whoever has read it finds nothing mounted on its behalf. */
function releasing(
  tar: AsyncGenerator<Uint8Array, void, undefined>,
  release: () => Promise<void>,
): AsyncGenerator<Uint8Array, void, undefined> {
  const bytes = passing(tar, release)
  void bytes.next() // begun, so that leaving it before its first byte releases too
  return bytes
}

async function* passing(
  tar: AsyncGenerator<Uint8Array, void, undefined>,
  release: () => Promise<void>,
): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    yield new Uint8Array(0)
    yield* tar
  } finally {
    await tar.return()
    await release()
  }
}

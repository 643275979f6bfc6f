/** Root filesystems of containers: an overlay of an image's layers under a writable one (kernel, overlayfs.rst). */
import { lstat, readdir } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { EngineError } from '../errors.ts'
import type { Disk } from '../host/disk.ts'
import { run } from '../host/exec.ts'
import { mounts, unmount } from '../host/mount.ts'
import type { Digest } from '../oci/descriptor.ts'
import type { Layers } from './layers.ts'
import type { Layout } from './layout.ts'
import type { RootfsMount } from './store.ts'
import type { Trash } from './trash.ts'

/**
 * For a container whose owners are shifted into a user namespace: that namespace, and the whole store seen with them.
 * The same for a container whenever it is asked.
 */
export type Shifted = (containerId: string) => { readonly userns: string; readonly store: string } | null

/** mount(2) takes one page of options. */
const MAX_OPTIONS = 4095

/** Folders of the host that a container's root is made of. */
export interface RootfsPlaces {
  readonly lower: readonly string[]
  readonly merged: string
  readonly upper: string
  readonly work: string
}

/** A root filesystem that stays mounted until `release`. */
export interface RootfsLease {
  readonly path: string
  /** Idempotent. */
  release(): Promise<void>
}

/** The writable layers and mounts of one store. */
export class Rootfs {
  readonly #disk: Disk
  readonly #layout: Layout
  readonly #layers: Layers
  readonly #trash: Trash
  readonly #rootless: boolean
  readonly #shifted: Shifted
  readonly #mounted = new Set<string>()
  /** Mounted for a container that runs. */
  readonly #wanted = new Set<string>()
  readonly #leases = new Map<string, number>()
  readonly #queues = new Map<string, Promise<unknown>>()

  constructor(disk: Disk, layout: Layout, layers: Layers, trash: Trash, rootless: boolean, shifted: Shifted) {
    this.#disk = disk
    this.#layout = layout
    this.#layers = layers
    this.#trash = trash
    this.#rootless = rootless
    this.#shifted = shifted
    for (const id of this.mountedIds()) {
      this.#mounted.add(id)
      this.#wanted.add(id)
    }
  }

  /** Mounts it for a container that runs. */
  async mount(id: string, diffIds: readonly Digest[]): Promise<RootfsMount> {
    return this.#alone(id, async () => {
      const path = await this.#ensure(id, diffIds)
      this.#wanted.add(id)
      return { path }
    })
  }

  /** Mounts it, or finds it mounted, for as long as `release` has not been called. */
  async lease(id: string, diffIds: readonly Digest[]): Promise<RootfsLease> {
    const path = await this.#alone(id, async () => {
      const mounted = await this.#ensure(id, diffIds)
      this.#leases.set(id, (this.#leases.get(id) ?? 0) + 1)
      return mounted
    })
    let released = false
    const release = () =>
      this.#alone(id, async () => {
        if (released) return
        released = true
        const left = (this.#leases.get(id) ?? 1) - 1
        if (left > 0) {
          this.#leases.set(id, left)
          return
        }
        this.#leases.delete(id)
        if (!this.#wanted.has(id)) await this.#unmount(id)
      })
    return { path, release }
  }

  /** The container runs no more: unmounts, or leaves that to the last lease. */
  async unmount(id: string): Promise<void> {
    await this.#alone(id, async () => {
      this.#wanted.delete(id)
      if (!this.#leases.has(id)) await this.#unmount(id)
    })
  }

  /** Whoever still reads it finds it gone. */
  async remove(id: string): Promise<void> {
    await this.#alone(id, async () => {
      this.#wanted.delete(id)
      await this.#unmount(id)
      await this.#trash.take(this.#layout.container(id), `container-${id}`)
    })
  }

  async #ensure(id: string, diffIds: readonly Digest[]): Promise<string> {
    const folder = this.#layout.container(id)
    const path = join(folder, 'merged')
    if (this.#mounted.has(id)) return path
    const below = await this.lowerOptions(diffIds)
    await this.#prepare(id)
    // Relative to the links: short, and no character of the store's own path can end an option.
    const own = join('..', '..', 'containers', id)
    const options = [below, `upperdir=${own}/upper`, `workdir=${own}/work`].join(',')
    if (options.length > MAX_OPTIONS) {
      throw new EngineError(
        'invalid',
        `the image has ${diffIds.length} layers, more than this kernel can mount in one place. Build it with fewer instructions.`,
      )
    }
    await run('mount', ['-i', '-n', '-t', 'overlay', '-o', options, 'overlay', path], {
      cwd: this.#links(id),
      // Newer mount(8) hands options over one by one, 256 bytes each: too short for lowerdir.
      env: { PATH: process.env.PATH, LIBMOUNT_FORCE_MOUNT2: 'always' },
    })
    this.#mounted.add(id)
    return path
  }

  /** The user namespace whose ids the container's files are seen with; null for the host's own. */
  userNamespace(id: string): string | null {
    return this.#shifted(id)?.userns ?? null
  }

  /** Everything of an overlay is named relative to the links: seen shifted, all of it is. */
  #links(id: string): string {
    const shifted = this.#shifted(id)
    if (shifted === null) return this.#layout.links
    return join(shifted.store, relative(this.#layout.root, this.#layout.links))
  }

  async #prepare(id: string): Promise<void> {
    const folder = this.#layout.container(id)
    await Promise.all(['upper', 'work', 'merged'].map((name) => this.#disk.mkdir(join(folder, name), 0o755)))
  }

  /** Absolute directories of layers, top first. An overlay without a writable layer needs two, so an empty one is added. */
  async lowerPaths(diffIds: readonly Digest[]): Promise<readonly string[]> {
    const links = await this.#lower(diffIds)
    return [
      ...links.map((link) => join(this.#layout.links, link)),
      ...(links.length < 2 ? [this.#layout.empty] : []),
    ]
  }

  async #unmount(id: string): Promise<void> {
    if (!this.#mounted.has(id)) return
    await unmount(join(this.#layout.container(id), 'merged'))
    this.#mounted.delete(id)
  }

  /** Options of the overlay of what is below a container, for mounts with the links as working directory. */
  async lowerOptions(diffIds: readonly Digest[]): Promise<string> {
    return this.#options(await this.#lower(diffIds))
  }

  /** The same of an image's layers alone, at least two: without the places that the runtime mounts on. */
  async imageOptions(diffIds: readonly Digest[]): Promise<string> {
    return this.#options((await this.#lower(diffIds)).slice(0, -2))
  }

  #options(lower: readonly string[]): string {
    return [
      `lowerdir=${lower.join(':')}`,
      // What a layer means must not depend on this kernel's defaults.
      ...(this.#rootless ? ['userxattr'] : ['redirect_dir=off', 'metacopy=off', 'index=off']),
    ].join(',')
  }

  /** Where a container's own files are, whether or not it was ever mounted. */
  async own(
    id: string,
  ): Promise<{ readonly upper: string; readonly merged: string; readonly links: string }> {
    await this.#prepare(id)
    const folder = this.#layout.container(id)
    return { upper: join(folder, 'upper'), merged: join(folder, 'merged'), links: this.#layout.links }
  }

  /** Where the parts of a container's root are, as inspect tells them; top first. */
  places(id: string, diffIds: readonly Digest[]): RootfsPlaces {
    const folder = this.#layout.container(id)
    return {
      lower: [...new Set([...diffIds].reverse())].map((diffId) => join(this.#layout.layer(diffId), 'diff')),
      merged: join(folder, 'merged'),
      upper: join(folder, 'upper'),
      work: join(folder, 'work'),
    }
  }

  /** One thing at a time with a container's mount. */
  #alone<T>(id: string, work: () => Promise<T>): Promise<T> {
    const before = this.#queues.get(id) ?? Promise.resolve()
    const result = before.then(work)
    const settled = result.catch(() => undefined)
    this.#queues.set(id, settled)
    void settled.then(() => {
      if (this.#queues.get(id) === settled) this.#queues.delete(id)
    })
    return result
  }

  /** Bytes of the writable layer's files, hard links counted once. */
  sizeBytes(id: string): Promise<number> {
    return sizeOfTree(join(this.#layout.container(id), 'upper'))
  }

  /** Containers that have a folder. */
  ids(): Promise<readonly string[]> {
    return readdir(this.#layout.containers)
  }

  /** Containers whose root is mounted, by the kernel's word. */
  mountedIds(): readonly string[] {
    const prefix = `${this.#layout.containers}/`
    return mounts()
      .filter(({ target }) => target.startsWith(prefix) && target.endsWith('/merged'))
      .map(({ target }) => target.slice(prefix.length, -'/merged'.length))
  }

  /**
   * Top first, as overlayfs wants it. It refuses the same folder twice: the upper one hides the lower. At the very
   * bottom, so that any image's own win, are the places that the runtime mounts on: making them is no change.
   */
  async #lower(diffIds: readonly Digest[]): Promise<readonly string[]> {
    const links: string[] = []
    for (const diffId of new Set([...diffIds].reverse())) {
      const facts = await this.#layers.facts(diffId)
      if (!facts)
        throw new EngineError(
          'not-found',
          `the image's layer ${diffId} is not in the store: pull the image again`,
        )
      links.push(facts.link)
    }
    return [...links, '../base', '../empty']
  }
}

/** Bytes of the files beneath `folder`; what vanishes meanwhile does not count. */
export async function sizeOfTree(folder: string): Promise<number> {
  const seen = new Set<number>()
  let total = 0
  const walk = async (path: string): Promise<void> => {
    const entries = await readdir(path, { withFileTypes: true }).catch(() => [])
    for (const entry of entries) {
      const child = join(path, entry.name)
      if (entry.isDirectory()) await walk(child)
      if (!entry.isFile()) continue
      const stat = await lstat(child).catch(() => null)
      if (!stat || (stat.nlink > 1 && seen.has(stat.ino))) continue
      seen.add(stat.ino)
      total += stat.size
    }
  }
  await walk(folder)
  return total
}

/** Root filesystems of containers: an overlay of an image's layers under a writable one (kernel, overlayfs.rst). */
import { lstat, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { EngineError } from '../errors.ts'
import type { Disk } from '../host/disk.ts'
import { run } from '../host/exec.ts'
import { mounts, unmount } from '../host/mount.ts'
import type { Digest } from '../oci/descriptor.ts'
import type { Layers } from './layers.ts'
import type { Layout } from './layout.ts'
import type { RootfsMount } from './store.ts'
import type { Trash } from './trash.ts'

/** mount(2) takes one page of options. */
const MAX_OPTIONS = 4095

/** The writable layers and mounts of one store. */
export class Rootfs {
  readonly #disk: Disk
  readonly #layout: Layout
  readonly #layers: Layers
  readonly #trash: Trash
  readonly #rootless: boolean
  readonly #mounted = new Set<string>()

  constructor(disk: Disk, layout: Layout, layers: Layers, trash: Trash, rootless: boolean) {
    this.#disk = disk
    this.#layout = layout
    this.#layers = layers
    this.#trash = trash
    this.#rootless = rootless
    for (const id of this.mountedIds()) this.#mounted.add(id)
  }

  async mount(id: string, diffIds: readonly Digest[]): Promise<RootfsMount> {
    const folder = this.#layout.container(id)
    const path = join(folder, 'merged')
    if (this.#mounted.has(id)) return { path }
    const lower = await this.#lower(diffIds)
    await Promise.all(['upper', 'work', 'merged'].map((name) => this.#disk.mkdir(join(folder, name), 0o755)))
    // Relative to the links: short, and no character of the store's own path can end an option.
    const own = join('..', '..', 'containers', id)
    const options = [
      `lowerdir=${lower.join(':')}`,
      `upperdir=${own}/upper`,
      `workdir=${own}/work`,
      ...(this.#rootless ? ['userxattr'] : []),
    ].join(',')
    if (options.length > MAX_OPTIONS) {
      throw new EngineError(
        'invalid',
        `the image has ${lower.length} layers, more than this kernel can mount in one place. Build it with fewer instructions.`,
      )
    }
    await run('mount', ['-i', '-n', '-t', 'overlay', '-o', options, 'overlay', path], {
      cwd: this.#layout.links,
      // Newer mount(8) hands options over one by one, 256 bytes each: too short for lowerdir.
      env: { PATH: process.env.PATH, LIBMOUNT_FORCE_MOUNT2: 'always' },
    })
    this.#mounted.add(id)
    return { path }
  }

  async unmount(id: string): Promise<void> {
    if (!this.#mounted.has(id)) return
    await unmount(join(this.#layout.container(id), 'merged'))
    this.#mounted.delete(id)
  }

  async remove(id: string): Promise<void> {
    await this.unmount(id)
    await this.#trash.take(this.#layout.container(id), `container-${id}`)
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

  /** Top first, as overlayfs wants it. It refuses the same folder twice: the upper one hides the lower. */
  async #lower(diffIds: readonly Digest[]): Promise<readonly string[]> {
    if (diffIds.length === 0) return ['../empty']
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
    return links
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

/**
 * What is mounted for volumes while containers use them: what the driver options name, at the volume's place, and
 * parts of volumes, below `.parts` for each container. The kernel's table of mounts is the only record of it.
 */
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { mounts, unmount } from '../host/mount.ts'
import { type DeviceOptions, mountDevice } from './device-mount.ts'
import { bindSubpath } from './subpath.ts'

/** No volume can be called so. */
const PARTS = '.parts'

export class VolumeMounts {
  readonly #directory: string

  /** `directory` holds the volumes. */
  constructor(directory: string) {
    this.#directory = directory
  }

  /** Mounts what the driver options say at the volume's place, unless that is done. Throws `invalid`. */
  async attach(name: string, options: DeviceOptions): Promise<void> {
    if (!this.attached().includes(name)) await mountDevice(options, this.#place(name))
  }

  /** Undoes it. Well when nothing is mounted. */
  async detach(name: string): Promise<void> {
    if (this.attached().includes(name)) await unmount(this.#place(name))
  }

  /** Volumes with something mounted at their place. */
  attached(): readonly string[] {
    const prefix = `${this.#directory}/`
    return mounts().flatMap(({ target }) => {
      const [name = '', data, more] = target.startsWith(prefix) ? target.slice(prefix.length).split('/') : []
      return data === '_data' && more === undefined ? [name] : []
    })
  }

  /** Mounts a part of a volume for a container and answers where. Throws `invalid`. */
  async bindPart(container: string, volume: string, subpath: string, index: number): Promise<string> {
    const target = join(this.#directory, PARTS, container, String(index))
    await bindSubpath(volume, subpath, target)
    return target
  }

  /** Parts that are mounted for a container, by the index they were given. */
  async parts(container: string): Promise<readonly (readonly [number, string])[]> {
    const directory = join(this.#directory, PARTS, container)
    const names = await readdir(directory).catch(() => [])
    return names.map((name) => [Number(name), join(directory, name)] as const)
  }

  /** Undoes all parts of a container. */
  async releaseParts(container: string): Promise<void> {
    const directory = join(this.#directory, PARTS, container)
    const targets = await readdir(directory).catch(() => [])
    for (const each of targets) await unmount(join(directory, each))
    await rm(directory, { recursive: true, force: true })
  }

  /** Containers that have parts, or left them. */
  async partHolders(): Promise<readonly string[]> {
    return readdir(join(this.#directory, PARTS)).catch(() => [])
  }

  #place(name: string): string {
    return join(this.#directory, name, '_data')
  }
}

/** What is mounted for the volumes of containers that run: from the first that needs it until the last lets go. */
import type { DeviceOptions } from '../../volume/device-mount.ts'
import type { VolumeMounts } from '../../volume/volume-mounts.ts'

/** Ids of containers that have a volume, running or not. */
type UsersOf = (volume: string) => readonly string[]
type IsUp = (container: string) => boolean

export class VolumeUse {
  readonly #mounts: VolumeMounts
  /** Volume with driver options -> containers that run or start with it. */
  readonly #active = new Map<string, Set<string>>()

  constructor(mounts: VolumeMounts) {
    this.#mounts = mounts
  }

  /** Mounts what the options say, unless another container's start has. Throws `invalid`. */
  async attach(name: string, options: DeviceOptions | null | undefined, container: string): Promise<void> {
    if (!options) return
    const active = this.#active.get(name) ?? new Set()
    this.#active.set(name, active.add(container))
    await this.#mounts.attach(name, options)
  }

  /** A container's process is gone. Idempotent. */
  async detach(name: string, container: string): Promise<void> {
    const active = this.#active.get(name)
    if (!active?.delete(container) || active.size > 0) return
    this.#active.delete(name)
    await this.#mounts.detach(name)
  }

  /** Whatever is mounted at the place of a volume that goes. */
  clear(name: string): Promise<void> {
    return this.#mounts.detach(name)
  }

  bindPart(container: string, name: string, subpath: string, index: number): Promise<string> {
    return this.#mounts.bindPart(container, name, subpath, index)
  }

  /** Parts that are mounted for a container now, by index. */
  async parts(container: string): Promise<ReadonlyMap<number, string>> {
    return new Map(await this.#mounts.parts(container))
  }

  releaseParts(container: string): Promise<void> {
    return this.#mounts.releaseParts(container)
  }

  /** First of all after a start: nothing may be mounted where nobody has a volume, or removing it removes a disk. */
  async clearStrangers(usersOf: UsersOf): Promise<void> {
    for (const name of this.#mounts.attached()) {
      if (usersOf(name).length === 0) await this.#mounts.detach(name)
    }
  }

  /** Once it is known which containers run: what is mounted for no one goes. */
  async recover(usersOf: UsersOf, isUp: IsUp): Promise<void> {
    for (const name of this.#mounts.attached()) {
      const holders = usersOf(name).filter(isUp)
      if (holders.length > 0) this.#active.set(name, new Set(holders))
      else await this.#mounts.detach(name)
    }
    for (const container of await this.#mounts.partHolders()) {
      if (!isUp(container)) await this.#mounts.releaseParts(container)
    }
  }

  /** A line for each mount that no running container has. */
  async leaked(usersOf: UsersOf, isUp: IsUp): Promise<readonly string[]> {
    const volumes = this.#mounts.attached().filter((name) => !usersOf(name).some(isUp))
    const holders = (await this.#mounts.partHolders()).filter((container) => !isUp(container))
    return [
      ...volumes.map((name) => `volumes: ${name} is mounted and no running container has it`),
      ...holders.map((id) => `volumes: parts are mounted for container ${id}, which does not run`),
    ]
  }
}

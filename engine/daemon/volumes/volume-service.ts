/** Volumes: records, directories and who uses them. */
import { randomBytes } from 'node:crypto'
import { basename, join } from 'node:path'
import type { Volume, VolumeCreateRequest, VolumeList, VolumesPruned } from '../../api/volume.ts'
import { EngineError } from '../../errors.ts'
import { checkPropagation } from '../../volume/propagation.ts'
import type { VolumeMounts } from '../../volume/volume-mounts.ts'
import type { Volumes } from '../../volume/volumes.ts'
import { nowNano, rfc3339 } from '../clock.ts'
import type { Container } from '../containers/container.ts'
import { noPlugin } from '../containers/mounts/plan.ts'
import type { UserRemap } from '../containers/user-namespace.ts'
import type { DiskSizes } from '../disk-sizes.ts'
import type { Journal } from '../events/journal.ts'
import { anyOf, booleanFilter, checkFilters, type Filters, labelsFit, nameFits } from '../filters.ts'
import { Queue } from '../queue.ts'
import type { MountRecord } from '../records/container-record.ts'
import type { VolumeRecord, VolumeRecords } from '../records/volumes.ts'
import { checkDriverOptions } from './driver-options.ts'
import { makeSource } from './make-source.ts'
import { checkVolumeName } from './volume-name.ts'
import { VolumeUse } from './volume-use.ts'

export class VolumeService {
  readonly #directories: Volumes
  readonly #records: VolumeRecords
  readonly #journal: Journal
  readonly #use: VolumeUse
  readonly #mountpoint: (name: string) => string
  readonly #volumes = new Map<string, VolumeRecord>()
  /** Volume -> containers that have it, running or not. */
  readonly #users = new Map<string, Set<Container>>()
  /** Being made: a second request for the same one waits for the first. */
  readonly #seeding = new Queue()
  readonly #making = new Map<string, Promise<VolumeRecord>>()
  /** Being removed: nobody gets one of these, and a new one of that name waits. */
  readonly #leaving = new Map<string, Promise<void>>()

  /** `mountpoint` is where a volume's data is. */
  constructor(
    directories: Volumes,
    records: VolumeRecords,
    journal: Journal,
    mounts: VolumeMounts,
    mountpoint: (name: string) => string,
  ) {
    this.#directories = directories
    this.#records = records
    this.#journal = journal
    this.#use = new VolumeUse(mounts)
    this.#mountpoint = mountpoint
    for (const volume of records.all()) this.#volumes.set(volume.name, volume)
  }

  /** After a start: makes records and directories agree. Data that no record knows becomes a volume, never nothing. */
  async recover(): Promise<void> {
    // First of all: whatever is removed below must not be somebody's disk that is still mounted there.
    await this.#use.clearStrangers(this.#usersOf)
    for (const name of await this.#directories.recover(new Set(this.#volumes.keys()))) {
      const volume: VolumeRecord = {
        name,
        created: rfc3339(nowNano()),
        labels: null,
        options: null,
        anonymous: false,
      }
      this.#records.add(volume)
      this.#volumes.set(name, volume)
    }
  }

  /** Once it is known which containers run: what is mounted for no one goes. */
  recoverMounts(isUp: (container: string) => boolean): Promise<void> {
    return this.#use.recover(this.#usersOf, isUp)
  }

  /** Lines about mounts that no running container has: for verify. */
  leaked(isUp: (container: string) => boolean): Promise<readonly string[]> {
    return this.#use.leaked(this.#usersOf, isUp)
  }

  path(name: string): string {
    return this.#mountpoint(name)
  }

  /** Where a container finds it whose owners are shifted; what is mounted on a volume has its own owners. */
  pathFor(name: string, remap: UserRemap | null): string {
    const path = this.#mountpoint(name)
    if (remap === null || this.#volumes.get(name)?.options) return path
    return join(remap.volumes, name, basename(path))
  }

  names(): readonly string[] {
    return [...this.#volumes.keys()]
  }

  /** One with that name that is there already is answered as it is. Throws `invalid` in Docker's words. */
  async create(request: VolumeCreateRequest): Promise<Volume> {
    const driver = request.Driver || 'local'
    if (driver !== 'local') {
      throw noPlugin(request.Name ?? '', driver)
    }
    const options = request.DriverOpts ?? {}
    const name = request.Name
      ? checkVolumeName(request.Name, `create ${request.Name}: `)
      : randomBytes(32).toString('hex')
    checkDriverOptions(options, `create ${name}: `)
    const asked = { labels: request.Labels ?? null, options: some(options), anonymous: !request.Name }
    return this.#wire(await this.#ensure(name, asked))
  }

  inspect(name: string): Volume {
    return this.#wire(this.#find(name))
  }

  list(filters: Filters): VolumeList {
    checkFilters(filters, ['dangling', 'driver', 'label', 'label!', 'name'])
    const dangling = booleanFilter(filters, 'dangling')
    const chosen = [...this.#volumes.values()].filter(
      (volume) =>
        anyOf(filters, 'name', (value) => nameFits(value, volume.name)) &&
        anyOf(filters, 'driver', (value) => value === 'local') &&
        labelsFit(filters, volume.labels ?? {}) &&
        (dangling === null || dangling === !this.#used(volume.name)),
    )
    chosen.sort((a, b) => (a.name < b.name ? -1 : 1))
    return { Volumes: chosen.map((volume) => this.#wire(volume)), Warnings: null }
  }

  /** Every volume with its size and how many containers have it: for /system/df. */
  usage(sizes: DiskSizes): Promise<readonly Volume[]> {
    return Promise.all(
      [...this.#volumes.values()].map(async (volume) => {
        const users = [...(this.#users.get(volume.name) ?? [])]
        const Size = await sizes.volume(volume.name, users).catch(() => -1)
        return { ...this.#wire(volume), UsageData: { Size, RefCount: users.length } }
      }),
    )
  }

  /** Bytes of its files, by walking them. */
  sizeBytes(name: string): Promise<number> {
    return this.#directories.sizeBytes(name)
  }

  isAnonymous(name: string): boolean {
    return this.#volumes.get(name)?.anonymous ?? false
  }

  async remove(name: string, options: { readonly force: boolean }): Promise<void> {
    if (options.force && !this.#volumes.has(name)) return
    const volume = this.#find(name)
    const users = this.#usersOf(name)
    if (users.length > 0) {
      throw new EngineError('conflict', `remove ${name}: volume is in use - [${users.join(', ')}]`)
    }
    await this.#drop(volume)
  }

  /** Removes what no container has: anonymous ones, and named ones with `all`. */
  async prune(filters: Filters): Promise<VolumesPruned> {
    checkFilters(filters, ['all', 'label', 'label!'])
    const all = booleanFilter(filters, 'all') ?? false
    const deleted: string[] = []
    let bytes = 0
    for (const volume of [...this.#volumes.values()]) {
      if (this.#used(volume.name) || !(all || volume.anonymous)) continue
      if (!labelsFit(filters, volume.labels ?? {})) continue
      bytes += await this.#directories.sizeBytes(volume.name)
      if (this.#used(volume.name) || this.#volumes.get(volume.name) !== volume) continue
      await this.#drop(volume)
      deleted.push(volume.name)
    }
    this.#journal.emit('volume', 'prune', '', { reclaimed: String(bytes) })
    return { VolumesDeleted: deleted, SpaceReclaimed: bytes }
  }

  /** Makes the volumes that mounts name and that are not there. */
  async ensure(mounts: readonly MountRecord[]): Promise<void> {
    for (const mount of mounts) {
      if (mount.kind !== 'volume') continue
      const { name, anonymous, labels, driverOptions } = mount
      await this.#ensure(name, { labels: labels ?? null, options: some(driverOptions), anonymous })
    }
  }

  /** A container has its volumes from now on. */
  claim(container: Container): void {
    for (const mount of container.definition.mounts) {
      if (mount.kind !== 'volume') continue
      const users = this.#users.get(mount.name) ?? new Set()
      this.#users.set(mount.name, users.add(container))
    }
  }

  /**
   * Before a start: what is missing is made, driver options are mounted, new volumes get what the image has, missing
   * bind sources are made. Answers, by destination, sources that were made for this start alone.
   */
  async prepare(
    container: Container,
    rootfs: string,
    remap: UserRemap | null = null,
  ): Promise<ReadonlyMap<string, string>> {
    const { mounts } = container.definition
    await this.ensure(mounts)
    for (const mount of mounts)
      if (mount.kind === 'volume')
        await this.#use.attach(mount.name, this.#volumes.get(mount.name)?.options, container.id)
    if (!container.standing.seeded) await this.seed(mounts, rootfs, remap)
    const parts = new Map<string, string>()
    for (const [index, mount] of mounts.entries()) {
      if (mount.kind === 'bind') {
        if (mount.makeSource) await makeSource(mount.source)
        checkPropagation(mount.source, mount.propagation)
      }
      if (mount.kind !== 'volume') continue
      this.#journal.emit('volume', 'mount', mount.name, {
        container: container.id,
        destination: mount.destination,
        driver: 'local',
        propagation: '',
        'read/write': String(!mount.readOnly),
      })
      if (!mount.subpath) continue
      const part = await this.#use.bindPart(
        container.id,
        this.pathFor(mount.name, remap),
        mount.subpath,
        index,
      )
      parts.set(mount.destination, part)
    }
    return parts
  }

  /** True when there is a volume among them that an image's content would go into. */
  async wantSeed(mounts: readonly MountRecord[]): Promise<boolean> {
    for (const mount of mounts) {
      if (mount.kind === 'volume' && mount.seed && (await this.#directories.isEmpty(mount.name))) return true
    }
    return false
  }

  /** Gives those that want it and are empty what the image has at their destination, owners and modes too. */
  seed(mounts: readonly MountRecord[], rootfs: string, remap: UserRemap | null = null): Promise<void> {
    // One at a time: of two containers with the same new volume the second finds it filled.
    return this.#seeding.run(async () => {
      for (const mount of mounts) {
        if (mount.kind === 'volume' && mount.seed)
          await this.#directories.seed(mount.name, rootfs, mount.destination, remap?.volumes)
      }
    })
  }

  /** By destination, the parts of volumes that are mounted for a container now. */
  async partsOf({ id, definition }: Container): Promise<ReadonlyMap<string, string>> {
    const mounted = await this.#use.parts(id)
    return new Map(
      definition.mounts.flatMap((mount, index) => {
        const part = mounted.get(index)
        return part === undefined ? [] : [[mount.destination, part]]
      }),
    )
  }

  /** A container's process is gone, and with it its mounts. What was mounted for it alone goes. Idempotent. */
  async released(container: Container): Promise<void> {
    const started = container.standing.life.kind !== 'created'
    for (const mount of container.definition.mounts) {
      if (mount.kind !== 'volume') continue
      if (mount.subpath) await this.#use.releaseParts(container.id)
      await this.#use.detach(mount.name, container.id)
      if (!started) continue
      this.#journal.emit('volume', 'unmount', mount.name, { container: container.id, driver: 'local' })
    }
  }

  /** A container is gone: its volumes are free. */
  disclaim(container: Container): void {
    for (const mount of container.definition.mounts) {
      if (mount.kind === 'volume') this.#users.get(mount.name)?.delete(container)
    }
  }

  /** Removes the nameless volumes of a container that is gone, or never came, unless another has them too. */
  async removeAnonymous(container: Pick<Container, 'definition'>): Promise<void> {
    for (const mount of container.definition.mounts) {
      if (mount.kind !== 'volume' || !mount.anonymous) continue
      const volume = this.#volumes.get(mount.name)
      if (volume && !this.#used(mount.name)) await this.#drop(volume)
    }
  }

  #find(name: string): VolumeRecord {
    const volume = this.#volumes.get(name)
    if (!volume) throw new EngineError('not-found', `get ${name}: no such volume`)
    return volume
  }

  readonly #usersOf = (name: string): readonly string[] =>
    [...(this.#users.get(name) ?? [])].map(({ id }) => id)

  #used(name: string): boolean {
    return (this.#users.get(name)?.size ?? 0) > 0
  }

  async #ensure(
    name: string,
    asked: Pick<VolumeRecord, 'labels' | 'options' | 'anonymous'>,
  ): Promise<VolumeRecord> {
    for (let leaving = this.#leaving.get(name); leaving; leaving = this.#leaving.get(name)) {
      await leaving.catch(() => undefined) // whoever removes it is told
    }
    const there = this.#volumes.get(name) ?? this.#making.get(name)
    if (there) return there
    const making = this.#make({ name, created: rfc3339(nowNano()), ...asked })
    this.#making.set(name, making)
    try {
      return await making
    } finally {
      this.#making.delete(name)
    }
  }

  async #make(volume: VolumeRecord): Promise<VolumeRecord> {
    await this.#directories.create(volume.name)
    try {
      this.#records.add(volume)
    } catch (error) {
      // The first failure is the one to tell; an empty directory without a record goes at the next start.
      await this.#directories.take(volume.name).then(
        (taken) => taken.discard(),
        () => undefined,
      )
      throw error
    }
    this.#volumes.set(volume.name, volume)
    this.#journal.emit('volume', 'create', volume.name, { driver: 'local' })
    return volume
  }

  async #drop(volume: VolumeRecord): Promise<void> {
    const { name } = volume
    this.#volumes.delete(name)
    const leaving = this.#leave(name)
    this.#leaving.set(name, leaving)
    try {
      await leaving
    } catch (error) {
      this.#volumes.set(name, volume)
      throw error
    } finally {
      this.#leaving.delete(name)
    }
    this.#users.delete(name)
    this.#journal.emit('volume', 'destroy', name, { driver: 'local' })
  }

  async #leave(name: string): Promise<void> {
    await this.#use.clear(name)
    // Whole until its record is gone: one that cannot be removed must not come back emptied.
    const taken = await this.#directories.take(name)
    try {
      this.#records.remove(name)
    } catch (error) {
      await taken.restore()
      throw error
    }
    await taken.discard()
  }

  #wire({ name, created, labels, options }: VolumeRecord): Volume {
    return {
      CreatedAt: created,
      Driver: 'local',
      Labels: labels,
      Mountpoint: this.#mountpoint(name),
      Name: name,
      Options: options,
      Scope: 'local',
    }
  }
}

/** Null rather than nothing at all. */
function some(
  options: Readonly<Record<string, string>> | undefined,
): Readonly<Record<string, string>> | null {
  return options && Object.keys(options).length > 0 ? options : null
}

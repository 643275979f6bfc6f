/** Volumes: records, directories and who uses them. */
import { randomBytes } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import type { Volume, VolumeCreateRequest, VolumeList, VolumesPruned } from '../../api/volume.ts'
import { EngineError } from '../../errors.ts'
import type { Volumes } from '../../volume/volumes.ts'
import { nowNano, rfc3339 } from '../clock.ts'
import type { Container } from '../containers/container.ts'
import type { Journal } from '../events/journal.ts'
import { anyOf, booleanFilter, checkFilters, type Filters, labelsFit, nameFits } from '../filters.ts'
import type { MountRecord } from '../records/container-record.ts'
import type { VolumeRecord, VolumeRecords } from '../records/volumes.ts'
import { checkVolumeName } from './volume-name.ts'

export class VolumeService {
  readonly #directories: Volumes
  readonly #records: VolumeRecords
  readonly #journal: Journal
  readonly #mountpoint: (name: string) => string
  readonly #volumes = new Map<string, VolumeRecord>()
  /** Volume -> containers that have it, running or not. */
  readonly #users = new Map<string, Set<Container>>()
  /** Being made: a second request for the same one waits for the first. */
  readonly #making = new Map<string, Promise<VolumeRecord>>()
  /** Being removed: nobody gets one of these, and a new one of that name waits. */
  readonly #leaving = new Map<string, Promise<void>>()

  /** `mountpoint` is where a volume's data is. */
  constructor(
    directories: Volumes,
    records: VolumeRecords,
    journal: Journal,
    mountpoint: (name: string) => string,
  ) {
    this.#directories = directories
    this.#records = records
    this.#journal = journal
    this.#mountpoint = mountpoint
    for (const volume of records.all()) this.#volumes.set(volume.name, volume)
  }

  /** After a start: makes records and directories agree. Data that no record knows becomes a volume, never nothing. */
  async recover(): Promise<void> {
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

  path(name: string): string {
    return this.#mountpoint(name)
  }

  names(): readonly string[] {
    return [...this.#volumes.keys()]
  }

  /** One with that name that is there already is answered as it is. Throws `invalid` in Docker's words. */
  async create(request: VolumeCreateRequest): Promise<Volume> {
    const driver = request.Driver || 'local'
    if (driver !== 'local') {
      throw new EngineError(
        'not-found',
        `create ${request.Name ?? ''}: error looking up volume plugin ${driver}: plugin "${driver}" not found`,
      )
    }
    const options = request.DriverOpts ?? {}
    if (Object.keys(options).length > 0) {
      throw new EngineError(
        'not-implemented',
        `options of the local volume driver are not supported by this engine: ${Object.keys(options).join(', ')}`,
      )
    }
    const name = request.Name
      ? checkVolumeName(request.Name, `create ${request.Name}: `)
      : randomBytes(32).toString('hex')
    const labels = request.Labels ?? null
    return this.#wire(await this.#ensure(name, labels, !request.Name))
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

  async remove(name: string, options: { readonly force: boolean }): Promise<void> {
    if (options.force && !this.#volumes.has(name)) return
    const volume = this.#find(name)
    const users = [...(this.#users.get(name) ?? [])].map(({ id }) => id)
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
      if (mount.kind === 'volume') await this.#ensure(mount.name, null, mount.anonymous)
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

  /** Before a start: what is missing is made, new volumes get what the image has, missing bind sources are made. */
  async prepare(container: Container, rootfs: string): Promise<void> {
    const { mounts } = container.definition
    await this.ensure(mounts)
    if (!container.standing.seeded) await this.seed(mounts, rootfs)
    for (const mount of mounts) {
      if (mount.kind === 'bind' && mount.makeSource) await makeSource(mount.source)
      if (mount.kind !== 'volume') continue
      this.#journal.emit('volume', 'mount', mount.name, {
        container: container.id,
        destination: mount.destination,
        driver: 'local',
        propagation: '',
        'read/write': String(!mount.readOnly),
      })
    }
  }

  /** Gives those that want it and are empty what the image has at their destination, owners and modes too. */
  async seed(mounts: readonly MountRecord[], rootfs: string): Promise<void> {
    for (const mount of mounts) {
      if (mount.kind === 'volume' && mount.seed)
        await this.#directories.seed(mount.name, rootfs, mount.destination)
    }
  }

  /** A container's process is gone, and with it its mounts. */
  released(container: Container): void {
    if (container.standing.life.kind === 'created') return
    for (const mount of container.definition.mounts) {
      if (mount.kind !== 'volume') continue
      this.#journal.emit('volume', 'unmount', mount.name, { container: container.id, driver: 'local' })
    }
  }

  /** A container is gone: its volumes are free. */
  disclaim(container: Container): void {
    for (const mount of container.definition.mounts) {
      if (mount.kind === 'volume') this.#users.get(mount.name)?.delete(container)
    }
  }

  /** Removes the nameless volumes of a container that is gone, unless another has them too. */
  async removeAnonymous(container: Container): Promise<void> {
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

  #used(name: string): boolean {
    return (this.#users.get(name)?.size ?? 0) > 0
  }

  async #ensure(name: string, labels: VolumeRecord['labels'], anonymous: boolean): Promise<VolumeRecord> {
    for (let leaving = this.#leaving.get(name); leaving; leaving = this.#leaving.get(name)) {
      await leaving.catch(() => undefined) // whoever removes it is told
    }
    const there = this.#volumes.get(name) ?? this.#making.get(name)
    if (there) return there
    const making = this.#make({ name, created: rfc3339(nowNano()), labels, options: null, anonymous })
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

/** The short form of a bind makes its source, as a directory. */
async function makeSource(source: string): Promise<void> {
  try {
    await mkdir(source, { recursive: true, mode: 0o755 })
  } catch (error) {
    // A file, a socket or a device is there: that is what is bound.
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return
    throw new EngineError(
      'invalid',
      `error while creating mount source path '${source}': ${(error as Error).message}`,
      {
        cause: error,
      },
    )
  }
}

/**
 * The live lists of one engine, patched by its events: an event is one coalesced read of the object it names.
 * Nothing here polls; `reconcile` is called from outside, slowly, for engines whose events may have holes.
 */
import type { EngineClient } from '../../../engine/client/client.ts'
import type {
  ContainerInspect,
  EngineEvent,
  ImageSummary,
  VolumeShape,
} from '../../../engine/client/shapes.ts'
import { isEngineError } from '../../../engine/errors.ts'
import type { BuildRow } from '../../contract/builds.ts'
import type { ContainerRow } from '../../contract/containers.ts'
import type { ImageRow } from '../../contract/images.ts'
import type { VolumeRow } from '../../contract/volumes.ts'
import { rowOfBuild } from '../builds/rows.ts'
import { RunningBuilds } from '../builds/running.ts'
import { differs, rowOfInspect, rowOfSummary } from '../containers/rows.ts'
import { rowOfImage, usersOf } from '../images/rows.ts'
import { LiveList } from '../live/live-list.ts'
import { rowOfVolume } from '../volumes/rows.ts'
import { Coalescer } from './coalescer.ts'

/** Container events that change a row. Those of exec, attach and resize do not. */
const CONTAINER_ACTIONS =
  /^(create|start|die|stop|kill|oom|pause|unpause|rename|update|restart|destroy|remove|init|died|cleanup|health_status)/

export class EngineObjects {
  readonly containers: LiveList<ContainerRow>
  readonly images: LiveList<ImageRow>
  readonly volumes: LiveList<VolumeRow>
  /** Empty where the engine keeps no history of builds. */
  readonly builds: LiveList<BuildRow>
  #client: EngineClient | null = null
  #images: readonly ImageSummary[] = []
  #volumes = new Map<string, VolumeShape>()
  #usersDue = false
  /** Volume names by container id. */
  readonly #mounts = new Map<string, readonly string[]>()
  readonly #containerReads = new Coalescer((id) => this.#readContainer(id))
  readonly #volumeReads = new Coalescer((name) => this.#readVolume(name))
  readonly #imageReads = new Coalescer(() => this.#readImages())
  readonly #buildReads = new Coalescer(() => this.#readBuilds())
  readonly #runningBuilds = new RunningBuilds((row) => this.builds.patch([row]))

  /** `onChange` is told of each change of any list. */
  constructor(onChange: () => void) {
    this.containers = new LiveList((row) => row.id, onChange)
    this.images = new LiveList((row) => row.id, onChange)
    this.volumes = new LiveList((row) => row.name, onChange)
    this.builds = new LiveList((row) => row.id, onChange)
  }

  /** Reads every list once; called when the event stream is open already. Throws `EngineError`. */
  async load(client: EngineClient): Promise<void> {
    this.#client = client
    const [containers, images, volumes, builds] = await Promise.all([
      client.containers.list(),
      client.images.list(),
      client.volumes.list(),
      client.capabilities.builds ? client.builds.list() : [],
    ])
    const now = new Date()
    this.#mounts.clear()
    for (const summary of containers) this.#noteMounts(summary.Id, summary.Mounts ?? [])
    this.containers.reset(containers.map((summary) => rowOfSummary(summary, now)))
    this.#images = images
    this.#volumes = new Map(volumes.map((volume) => [volume.Name, volume]))
    this.images.reset(this.#imageRows())
    this.volumes.reset(this.#volumeRows())
    this.builds.reset(builds.map(rowOfBuild))
    this.#runningBuilds.follow(client, this.builds.rows.values())
    // The list has times only as words: rows are made exact one by one, behind what is on screen already.
    for (const summary of containers) this.#containerReads.add(summary.Id)
  }

  /** The engine is away. */
  leave(reason: string): void {
    this.#client = null
    this.containers.stale(reason)
    this.images.stale(reason)
    this.volumes.stale(reason)
    this.builds.stale(reason)
  }

  /** Patches what the event names. */
  onEvent(event: EngineEvent): void {
    const id = event.Actor.ID
    if (event.Type === 'container' && CONTAINER_ACTIONS.test(event.Action)) {
      if (event.Action === 'destroy' || event.Action === 'remove') this.#dropContainer(id)
      else this.#containerReads.add(id)
    } else if (event.Type === 'image') {
      this.#imageReads.add('all')
    } else if (event.Type === 'volume' && (event.Action === 'create' || event.Action === 'destroy')) {
      if (event.Action === 'create') this.#volumeReads.add(id)
      else this.#dropVolume(id)
    } else if (event.Type === 'builder') {
      this.#buildReads.add('all')
    }
  }

  /** Reads the lists again and patches what differs: for what foreign engines do without saying. */
  async reconcile(): Promise<void> {
    const client = this.#client
    if (!client) return
    const summaries = await client.containers.list()
    const now = new Date()
    const present = new Set(summaries.map((summary) => summary.Id))
    for (const id of this.containers.rows.keys()) if (!present.has(id)) this.#dropContainer(id)
    for (const summary of summaries) {
      const row = this.containers.rows.get(summary.Id)
      if (!row || differs(row, rowOfSummary(summary, now))) this.#containerReads.add(summary.Id)
    }
    this.#imageReads.add('all')
    this.#volumes = new Map((await client.volumes.list()).map((volume) => [volume.Name, volume]))
    this.volumes.reconcile(this.#volumeRows())
  }

  async #readContainer(id: string): Promise<void> {
    const client = this.#client
    if (!client) return
    try {
      this.#takeContainer(await client.containers.inspect(id))
    } catch (error) {
      if (isEngineError(error, 'not-found')) this.#dropContainer(id)
      else if (!isEngineError(error)) throw error
    }
  }

  #takeContainer(inspect: ContainerInspect): void {
    this.#noteMounts(inspect.Id, inspect.Mounts ?? [])
    const before = this.containers.rows.get(inspect.Id)
    const row = rowOfInspect(inspect)
    this.containers.patch([row])
    if (before?.name !== row.name || before.imageId !== row.imageId) this.#usersChanged()
  }

  #dropContainer(id: string): void {
    this.#mounts.delete(id)
    this.containers.patch([], [id])
    this.#usersChanged()
  }

  async #readVolume(name: string): Promise<void> {
    try {
      const volume = await this.#client?.volumes.inspect(name)
      if (!volume) return
      this.#volumes.set(name, volume)
      this.volumes.reconcile(this.#volumeRows())
    } catch (error) {
      if (isEngineError(error, 'not-found')) this.#dropVolume(name)
      else if (!isEngineError(error)) throw error
    }
  }

  #dropVolume(name: string): void {
    this.#volumes.delete(name)
    this.volumes.patch([], [name])
  }

  async #readImages(): Promise<void> {
    try {
      this.#images = (await this.#client?.images.list()) ?? this.#images
      if (this.#client) this.images.reconcile(this.#imageRows())
    } catch (error) {
      if (!isEngineError(error)) throw error
    }
  }

  async #readBuilds(): Promise<void> {
    const client = this.#client
    if (!client?.capabilities.builds) return
    try {
      this.builds.reconcile((await client.builds.list()).map(rowOfBuild))
      this.#runningBuilds.follow(client, this.builds.rows.values())
    } catch (error) {
      if (!isEngineError(error)) throw error
    }
  }

  /** Who uses what is worked out once for all containers that change in one turn of the event loop. */
  #usersChanged(): void {
    if (this.#usersDue) return
    this.#usersDue = true
    setImmediate(() => {
      this.#usersDue = false
      if (!this.#client) return
      this.images.reconcile(this.#imageRows())
      this.volumes.reconcile(this.#volumeRows())
    })
  }

  #imageRows(): ImageRow[] {
    const users = usersOf(this.containers.rows.values())
    return this.#images.map((image) => rowOfImage(image, users.get(image.Id) ?? []))
  }

  #volumeRows(): VolumeRow[] {
    const users = new Map<string, string[]>()
    for (const [id, names] of this.#mounts) {
      const container = this.containers.rows.get(id)?.name
      for (const name of container ? names : [])
        users.set(name, [...(users.get(name) ?? []), container ?? ''])
    }
    return [...this.#volumes.values()].map((volume) =>
      rowOfVolume(volume, (users.get(volume.Name) ?? []).sort()),
    )
  }

  #noteMounts(id: string, mounts: readonly { readonly Type: string; readonly Name?: string }[]): void {
    this.#mounts.set(
      id,
      mounts.flatMap((mount) => (mount.Type === 'volume' && mount.Name ? [mount.Name] : [])),
    )
  }
}

/**
 * Containers: what can be done with them, by name. Each verb has a file of its own beside this one; here names
 * become containers and calls find their verb.
 */
import { randomBytes } from 'node:crypto'
import type { Readable } from 'node:stream'
import type {
  ContainerCreateRequest,
  ContainerCreateResponse,
  ContainerInspect,
  ContainersPruned,
  ContainerTop,
  ContainerUpdateRequest,
  ContainerUpdateResponse,
  ContainerWaitResponse,
  WaitCondition,
} from '../../api/container.ts'
import type { ContainerStats } from '../../api/stats.ts'
import { EngineError, isEngineError } from '../../errors.ts'
import { parsePlatform } from '../../oci/platform.ts'
import { nowNano, rfc3339 } from '../clock.ts'
import { checkFilters, type Filters, labelsFit } from '../filters.ts'
import { firstAttachments } from '../networks/attachments.ts'
import { pruneUntil } from '../prune-until.ts'
import { discardedCgroups } from '../system/cgroup-warnings.ts'
import { type AttachedStream, type AttachRequest, attachContainer, refuseAttach } from './attach.ts'
import { callByName } from './call-by-name.ts'
import { Container } from './container.ts'
import { define } from './define.ts'
import { inspectContainer } from './inspect.ts'
import { exitCode, refuseRestarting } from './lifecycle.ts'
import { selectContainers } from './list.ts'
import { type LogRequest, readLogs } from './logs/read-logs.ts'
import { checkName, generateName } from './names.ts'
import type { Parts } from './parts.ts'
import { removeContainer } from './remove.ts'
import { seedVolumes } from './seed-volumes.ts'
import { startContainer } from './start.ts'
import { containerStats } from './stats.ts'
import {
  killContainer,
  pauseContainer,
  restartContainer,
  type StopOptions,
  stopContainer,
  unpauseContainer,
} from './stop.ts'
import { SummaryCache } from './summary.ts'
import { processTable } from './top.ts'
import { updateContainer } from './update.ts'
import { checkRemapped } from './user-namespace.ts'

export class Containers {
  readonly #parts: Parts
  readonly #rows: SummaryCache

  constructor(parts: Parts) {
    this.#parts = parts
    this.#rows = new SummaryCache({
      networks: parts.networkRegistry,
      volumePath: (name) => parts.volumes.path(name),
    })
  }

  async list(request: {
    readonly all: boolean
    readonly limit: number
    readonly size: boolean
    readonly filters: Filters
  }): Promise<string> {
    const now = Date.now()
    const chosen = selectContainers(this.#parts, request)
    if (!request.size) return `[${chosen.map((container) => this.#rows.text(container, now)).join(',')}]\n`
    const rows = await Promise.all(
      chosen.map(async (container) => {
        const { writable, root } = await this.#sizes(container)
        const row = this.#rows.text(container, now).slice(0, -1)
        return `${row},"SizeRw":${writable},"SizeRootFs":${root}}`
      }),
    )
    return `[${rows.join(',')}]\n`
  }

  /**
   * Records it; nothing else is made before the start but its volumes. One durable write. `platform` chooses among
   * the images that a name stands for (`linux/arm64`); empty is the one that it means by itself.
   */
  async create(
    name: string | undefined,
    request: ContainerCreateRequest,
    platform = '',
  ): Promise<ContainerCreateResponse> {
    const parts = this.#parts
    const { registry } = parts
    const asked = name === undefined ? undefined : checkName(name)
    if (!request.Image) throw new EngineError('invalid', 'No image was specified')
    const image = parts.images.resolve(request.Image, platform === '' ? null : parsePlatform(platform))
    const id = randomBytes(32).toString('hex')
    const { definition, warnings } = define(
      id,
      rfc3339(nowNano()),
      request,
      image,
      {
        mountsOf: (other) => registry.find(other).definition.mounts,
        imageOf: (name) => {
          const { id: imageId, config } = parts.images.resolve(name)
          return { id: imageId, diffIds: config.rootfs.diff_ids }
        },
      },
      {
        defaults: parts.defaults,
        abilities: parts.runtime.abilities,
        idOf: (other) => registry.find(other).id,
      },
    )
    checkRemapped(definition.host, parts.remap)
    // Said before anything is made, as well as after what had to be waited for.
    if (asked !== undefined) registry.checkFree(asked)
    try {
      await parts.volumes.ensure(definition.mounts)
      await seedVolumes(parts, definition)
      // The image may have been removed meanwhile; from the record on, its layers stay.
      parts.images.resolve(image.id)
      // Nothing waits from here on, so that no other create can come between the check and the record.
      const given = asked ?? generateName((each) => registry.byName(each) !== undefined)
      registry.checkFree(given)
      const standing = {
        life: { kind: 'created', failure: null },
        networks: firstAttachments(definition, parts.networkRegistry),
        sandbox: null,
        mappings: [],
        restarts: 0,
        stoppedByHand: false,
        seeded: true,
      } as const
      parts.records.add({ name: given, definition, standing })
      const container = new Container({ name: given, definition, standing })
      registry.add(container)
      parts.volumes.claim(container)
      parts.journal.emit('container', 'create', id, container.attributes())
    } catch (error) {
      await parts.volumes.removeAnonymous({ definition })
      throw error
    }
    await parts.records.durable()
    const discarded = discardedCgroups(definition.host, this.#parts.runtime.identity)
    return { Id: id, Warnings: [...warnings, ...discarded] }
  }

  async inspect(name: string, options: { readonly size: boolean }): Promise<ContainerInspect> {
    const container = this.#find(name)
    return inspectContainer(this.#parts, container, options.size ? await this.#sizes(container) : null)
  }

  async start(name: string): Promise<void> {
    await startContainer(this.#parts, this.#find(name))
  }

  async stop(name: string, options: StopOptions): Promise<void> {
    await stopContainer(this.#parts, this.#find(name), options)
  }

  async restart(name: string, options: StopOptions): Promise<void> {
    await restartContainer(this.#parts, this.#find(name), options)
  }

  async kill(name: string, signal: string): Promise<void> {
    try {
      await killContainer(this.#parts, this.#find(name), signal)
    } catch (error) {
      if (!isEngineError(error, 'not-found') && !isEngineError(error, 'conflict')) throw error
      throw new EngineError(error.kind, `Cannot kill container: ${name}: ${error.message}`, { cause: error })
    }
  }

  async remove(name: string, options: { readonly force: boolean; readonly volumes: boolean }): Promise<void> {
    await removeContainer(this.#parts, this.#find(name), options)
  }

  async update(name: string, request: ContainerUpdateRequest): Promise<ContainerUpdateResponse> {
    return updateContainer(this.#parts, this.#find(name), request)
  }

  async pause(name: string): Promise<void> {
    await pauseContainer(this.#parts, this.#find(name))
  }

  async unpause(name: string): Promise<void> {
    await unpauseContainer(this.#parts, this.#find(name))
  }

  async rename(name: string, to: string): Promise<void> {
    const { registry, records, journal } = this.#parts
    const container = this.#find(name)
    if (to === '') throw new EngineError('invalid', 'Neither old nor new names may be empty')
    const wanted = checkName(to)
    if (wanted === container.name) {
      throw new EngineError('invalid', 'Renaming a container with the same name as its current name')
    }
    await container.queue.run(async () => {
      try {
        registry.checkFree(wanted)
      } catch (error) {
        throw new EngineError('conflict', `Error when allocating new name: ${(error as Error).message}`)
      }
      const oldName = `/${container.name}`
      records.rename(container.id, wanted)
      registry.rename(container, wanted)
      const { sandbox } = container.standing
      if (sandbox) await callByName(this.#parts, container, sandbox)
      journal.emit('container', 'rename', container.id, container.attributes({ oldName }))
    })
  }

  wait(
    name: string,
    condition: WaitCondition,
    signal: AbortSignal,
  ): { readonly result: Promise<ContainerWaitResponse> } {
    const container = this.#find(name)
    const answer = (code: number): ContainerWaitResponse => ({ StatusCode: code })
    if (condition === 'removed') return { result: container.removed(signal).then(answer) }
    const { kind } = container.standing.life
    const rests =
      !container.up && kind !== 'restarting' && container.phase !== 'starting' && container.phase !== 'made'
    if (condition === 'not-running' && rests) {
      return { result: Promise.resolve(answer(exitCode(container.standing.life))) }
    }
    return { result: container.nextExit(signal).then(answer) }
  }

  async logs(
    name: string,
    request: LogRequest,
  ): Promise<{ readonly terminal: boolean; readonly output: Readable }> {
    const container = this.#find(name)
    const output = await readLogs(this.#parts, container, request)
    return { terminal: container.definition.config.Tty, output }
  }

  async attach(name: string, request: AttachRequest): Promise<AttachedStream> {
    const container = this.#find(name)
    refuseAttach(container, name)
    return attachContainer(this.#parts, container, request)
  }

  async resize(name: string, rows: number, cols: number): Promise<void> {
    const container = this.#running(name)
    await this.#parts.runtime.resize(container.id, rows, cols)
    const size = { height: String(rows), width: String(cols) }
    this.#parts.journal.emit('container', 'resize', container.id, container.attributes(size))
  }

  async top(name: string, psArgs: string): Promise<ContainerTop> {
    const container = this.#running(name)
    const table = await processTable(await this.#parts.runtime.pids(container.id), psArgs)
    this.#parts.journal.emit('container', 'top', container.id, container.attributes())
    return table
  }

  stats(
    name: string,
    options: { readonly stream: boolean; readonly oneShot: boolean },
    signal: AbortSignal,
  ): AsyncIterable<ContainerStats> {
    return containerStats(this.#parts, this.#find(name), options, signal)
  }

  /** Removes those that do not run. */
  async prune(filters: Filters): Promise<ContainersPruned> {
    checkFilters(filters, ['label', 'label!', 'until'])
    const until = pruneUntil(filters)
    const removed: string[] = []
    let bytes = 0
    for (const container of [...this.#parts.registry.all()]) {
      const { config, created } = container.definition
      if (
        container.up ||
        container.pendingRestart ||
        container.phase !== 'rest' ||
        !labelsFit(filters, config.Labels)
      )
        continue
      if (until !== null && Date.parse(created) >= until) continue
      try {
        const { writable } = await this.#sizes(container)
        await removeContainer(this.#parts, container, { force: false, volumes: false })
        bytes += writable
        removed.push(container.id)
      } catch (error) {
        // It was started or removed by somebody else in the meantime.
        if (!isEngineError(error, 'conflict') && !isEngineError(error, 'not-found')) throw error
      }
    }
    const attributes = { reclaimed: String(bytes) }
    this.#parts.journal.emit('container', 'prune', '', attributes)
    return { ContainersDeleted: removed.length > 0 ? removed : null, SpaceReclaimed: bytes }
  }

  #find(name: string): Container {
    return this.#parts.registry.find(name)
  }

  #running(name: string): Container {
    const container = this.#find(name)
    refuseRestarting(container.standing.life, container.id)
    if (!container.up) throw new EngineError('conflict', `Container ${container.id} is not running`)
    return container
  }

  async #sizes(container: Container): Promise<{ readonly writable: number; readonly root: number }> {
    const writable = await this.#parts.sizes.container(container)
    return { writable, root: writable + this.#parts.imageSizeBytes(container.definition.imageId) }
  }
}

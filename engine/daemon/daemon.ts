import { rm } from 'node:fs/promises'
import { placeNetworks } from '../network/place.ts'
import { closeUplink, openUplink } from '../network/rootless/uplink.ts'
import { assemble, type DaemonOptions } from './assemble.ts'
import { type DockerDoor, openBuildDoors } from './builds/doors.ts'
import { openBuilds } from './builds/open-builds.ts'
import type { OwnBuilds } from './builds/own-builds.ts'
import { callByName } from './containers/call-by-name.ts'
import type { Container } from './containers/container.ts'
import { ContainerFilesService } from './containers/container-files.ts'
import { Containers } from './containers/containers.ts'
import { Execs } from './containers/execs.ts'
import { handleExit } from './containers/exit.ts'
import type { Parts } from './containers/parts.ts'
import { disarmRestart, restartByPolicy } from './containers/restart-policy.ts'
import { stopContainer } from './containers/stop.ts'
import type { Images } from './images/images.ts'
import { Registries } from './images/registries.ts'
import { NetworkService } from './networks/network-service.ts'
import { PruneService } from './prune/prune-service.ts'
import { readMeta, writeMeta } from './records/meta.ts'
import { NetworkRecords } from './records/networks.ts'
import { reserveSpace, withBallast } from './records/reserve.ts'
import { sweepForgottenStates } from './recovery/forgotten-states.ts'
import { printRecovery } from './recovery/plan.ts'
import { inUse, recover } from './recovery/recover.ts'
import type { DaemonSettings } from './settings.ts'
import { cgroupWarnings } from './system/cgroup-warnings.ts'
import { reloadAttributes } from './system/reload-attributes.ts'
import { SystemService } from './system/system-service.ts'
import type { VolumeService } from './volumes/volume-service.ts'

/** After what time of work the records' reserve of space is made good: not in the way of the first calls. */
const RESERVE_AFTER_MS = 500

/** An engine that has recovered and can be served. */
export interface Daemon {
  readonly containers: Containers
  readonly files: ContainerFilesService
  readonly execs: Execs
  readonly images: Images
  readonly registries: Registries
  readonly volumes: VolumeService
  readonly networks: NetworkService
  readonly system: SystemService
  readonly builds: DockerDoor
  readonly ownBuilds: OwnBuilds
  readonly prune: PruneService
  /** What recovery did, a line a step; empty when everything was as recorded. */
  readonly recovered: string
  /** Other settings, of which those that can change while it runs do. Throws `invalid`, changing nothing. */
  reload(settings: DaemonSettings): void
  /** Lets go of everything. Containers run on, unless live-restore is off. */
  close(): Promise<void>
}

/** Opens the root, recovers, and answers the running daemon. Throws `invalid` or `unavailable` with a remedy. */
export async function openDaemon(options: DaemonOptions): Promise<Daemon> {
  const remap = (await options.userRemap?.open?.()) ?? null
  const ballast = `${options.paths.database}-ballast`
  const all = await assemble(options, (open) => withBallast(ballast, open), remap)
  const { db, parts, runtime, networks, store, images, imageRecords, rebooted } = all
  const { lifeline } = options
  const uplink = lifeline === null ? null : await openUplink(options.paths.state, lifeline)
  if (uplink) placeNetworks(uplink.netns)
  if (all.former !== null) await networks.lower(all.former).catch(() => undefined)
  writeMeta(db, 'bridge', JSON.stringify(parts.networkRegistry.bridge))
  const recovered = printRecovery(await recover(parts, rebooted))
  await images.collect()
  writeMeta(db, 'boot-id', options.bootId)
  await sweepForgottenStates(options.paths.state, options.paths.root).catch((error: unknown) =>
    options.report(error, 'removing the state of engines that are no more'),
  )
  writeMeta(db, 'runtime', runtime.identity.name)
  writeMeta(db, 'root', options.paths.root)
  writeMeta(db, 'state', options.paths.state)
  // The first container on a network should not wait for it. A host without a firewall can still run others.
  await networks
    .raise(parts.networkRegistry.definitions(), rebooted ? [] : inUse(parts))
    .catch((error: unknown) => options.report(error, 'making the networks'))
  await nameAll(parts).catch((error: unknown) => options.report(error, 'naming the containers'))
  const stopListening = runtime.onExit((exit) => {
    const container = parts.registry.byId(exit.id)
    if (container) handleExit(parts, container, exit)
  })
  restartByPolicy(parts).catch((error: unknown) =>
    options.report(error, 'starting containers again by their restart policies'),
  )
  for (const container of parts.registry.all()) {
    if (container.standing.life.kind === 'running') parts.health.watch(container)
    if (container.up) parts.rotation.watch(container)
  }
  // Nobody waits for it, and the first moments of an engine are short.
  const reserving = setTimeout(() => reserveSpace(db), RESERVE_AFTER_MS)
  const identity = {
    version: options.version,
    apiVersion: options.apiVersion,
    minApiVersion: options.minApiVersion,
    engineId: readMeta(db, 'engine-id') ?? '',
    root: options.paths.root,
    rootless: options.rootless,
    settings: parts.settings,
    warnings: [...options.warnings, ...cgroupWarnings(runtime.identity), ...(uplink?.warnings ?? [])],
    checkHost: options.checkHost,
  }
  const containers = new Containers(parts)
  const networkService = new NetworkService(parts, new NetworkRecords(db))
  const { root, state } = options.paths
  const { rootless } = options
  const builds = await openBuilds({ parts, db, images, imageRecords, root, rootless })
  const doors = await openBuildDoors({
    ...{ builds, root, state, rootless },
    shells: {
      ...{ cache: parts.buildCache, store, records: imageRecords, images },
      create: (request) => containers.create(undefined, request),
    },
  })
  return {
    containers,
    files: new ContainerFilesService(parts),
    execs: new Execs(parts),
    images,
    registries: new Registries(all.remote),
    volumes: parts.volumes,
    networks: networkService,
    system: new SystemService(parts, identity, { containers, images, records: imageRecords, builds }),
    builds: doors.docker,
    ownBuilds: doors.own,
    prune: new PruneService({ parts, images: imageRecords }, images, networkService),
    recovered,
    reload(settings) {
      images.configure(settings.registries)
      parts.settings.replace(settings)
      parts.journal.emit('daemon', 'reload', identity.engineId, reloadAttributes(settings))
    },
    async close() {
      clearTimeout(reserving)
      await builds.close()
      doors.docker.close()
      const graceOf = ({ definition }: Container) =>
        Math.min(definition.config.StopTimeout ?? 10, parts.settings.now.shutdownTimeoutSeconds)
      const up = () => [...parts.registry.all()].filter((container) => container.up)
      for (const container of parts.registry.all()) disarmRestart(container)
      if (!parts.settings.now.liveRestore)
        await Promise.allSettled(
          up().map((container) =>
            stopContainer(parts, container, { byEngine: true, timeout: graceOf(container) }),
          ),
        )
      stopListening()
      parts.health.close()
      parts.rotation.close()
      await Promise.allSettled([...parts.registry.all()].map((container) => container.settled))
      // A bridge that nobody is on is nobody's: the host is left as it was found.
      await networks.close({ destroy: !up().some((container) => container.standing.sandbox !== null) })
      await store.settled()
      await all.remote.close()
      const left = await runtime.list()
      await runtime.close()
      parts.buildCache.flush()
      db.close()
      if (left.length > 0) return
      if (uplink) await closeUplink(options.paths.state)
      await options.userRemap?.close()
      await rm(options.paths.state, { recursive: true, force: true })
    },
  }
}

/** The server of names goes on from before, if it is still there; it is told everything in any case. */
async function nameAll(parts: Parts): Promise<void> {
  for (const container of parts.registry.all()) {
    const { sandbox } = container.standing
    if (container.up && sandbox) await callByName(parts, container, sandbox)
  }
}

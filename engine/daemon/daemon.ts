/**
 * Daemon: puts the engine's parts together over one root, and makes records and machine agree before anything is
 * served. What the server needs is here as one value for each group of routes.
 */
import { existsSync } from 'node:fs'
import { chmod, mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { setTimeout as delay } from 'node:timers/promises'
import type { HostCheckLine } from '../api/longshore/host-check.ts'
import { EngineError } from '../errors.ts'
import { bridgeNetworks } from '../network/bridge-networks.ts'
import type { NetworkDefinition, Networks } from '../network/network.ts'
import { placeNetworks } from '../network/place.ts'
import { boundUplink, closeUplink, openUplink } from '../network/rootless/uplink.ts'
import { certificatesFolder } from '../registry/options.ts'
import { Registry } from '../registry/registry.ts'
import { openRuntime } from '../runtime/conmon-runtime.ts'
import type { Runtime } from '../runtime/runtime.ts'
import { FileStore, type StoreOptions } from '../store/file-store.ts'
import { openVolumes } from '../volume/volume-directories.ts'
import { VolumeMounts } from '../volume/volume-mounts.ts'
import type { Volumes } from '../volume/volumes.ts'
import { Builds } from './builds/builds.ts'
import { callByName } from './containers/call-by-name.ts'
import { Container } from './containers/container.ts'
import { ContainerFilesService } from './containers/container-files.ts'
import { Containers } from './containers/containers.ts'
import { Execs } from './containers/execs.ts'
import { handleExit } from './containers/exit.ts'
import { HealthMonitor } from './containers/health/monitor.ts'
import { LogRotation } from './containers/logs/rotate.ts'
import type { Parts } from './containers/parts.ts'
import { ContainerRegistry } from './containers/registry.ts'
import { disarmRestart, restartByPolicy } from './containers/restart-policy.ts'
import { stopContainer } from './containers/stop.ts'
import { remapOf, type UserRemap } from './containers/user-namespace.ts'
import { DiskSizes } from './disk-sizes.ts'
import { Journal } from './events/journal.ts'
import { Images } from './images/images.ts'
import { Registries } from './images/registries.ts'
import { leaveFormerPlace } from './moved-root.ts'
import { currentBridge, recordedBridge } from './networks/current-bridge.ts'
import { NetworkRegistry } from './networks/network-registry.ts'
import { NetworkService } from './networks/network-service.ts'
import { PruneService } from './prune/prune-service.ts'
import type { ContainerDefinition } from './records/container-record.ts'
import { CONTAINERS_SCHEMA, ContainerRecords } from './records/containers.ts'
import { openDatabase } from './records/database.ts'
import { IMAGES_SCHEMA, SqliteImageRecords } from './records/images.ts'
import { META_SCHEMA, readMeta, writeMeta } from './records/meta.ts'
import { NETWORKS_SCHEMA, NetworkRecords } from './records/networks.ts'
import { reserveSpace, withBallast } from './records/reserve.ts'
import { VOLUMES_SCHEMA, VolumeRecords } from './records/volumes.ts'
import { sweepForgottenStates } from './recovery/forgotten-states.ts'
import { printRecovery } from './recovery/plan.ts'
import { inUse, recover } from './recovery/recover.ts'
import { verifyAll } from './recovery/verify.ts'
import { type DaemonSettings, Settings } from './settings.ts'
import { cgroupWarnings } from './system/cgroup-warnings.ts'
import { reloadAttributes } from './system/reload-attributes.ts'
import { SystemService } from './system/system-service.ts'
import { VolumeService } from './volumes/volume-service.ts'

/** What the daemon is told; paths as `config` lays them out. */
export interface DaemonOptions {
  readonly paths: {
    readonly root: string
    readonly database: string
    readonly store: string
    readonly volumes: string
    readonly containers: string
    readonly state: string
    readonly tag: string
  }
  readonly version: string
  readonly apiVersion: string
  readonly minApiVersion: string
  readonly settings: DaemonSettings
  readonly bootId: string
  /** What whoever asks for `info` should know of how it is run. */
  readonly warnings: readonly string[]
  /** In a user namespace, without the rights of the host's root. */
  readonly rootless: boolean
  /** For an engine that a user started: the FIFO that its namespaces live as long as. Null has networks here. */
  readonly lifeline: string | null
  /** Another than this machine's records what is done to it. */
  readonly disk?: StoreOptions['disk']
  /** Shifts containers' users as the settings say (null: not at all), and takes all of it away. */
  readonly userRemap?: {
    readonly open: (() => Promise<UserRemap>) | null
    readonly close: () => Promise<void>
  }
  /** Looks at what the host allows. */
  readonly checkHost: () => Promise<readonly HostCheckLine[]>
  /** Told of failures that no caller waits for. */
  readonly report: (error: unknown, what: string) => void
}

/** The parts over one root, nothing started yet. */
interface Assembly {
  readonly db: DatabaseSync
  readonly parts: Parts
  readonly runtime: Runtime
  readonly networks: Networks
  readonly directories: Volumes
  readonly store: FileStore
  readonly images: Images
  readonly remote: Registry
  readonly imageRecords: SqliteImageRecords
  readonly rebooted: boolean
  /** The default bridge as it was, when it has other addresses now. */
  readonly former: NetworkDefinition | null
}

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
  readonly builds: Builds
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
  return {
    containers,
    files: new ContainerFilesService(parts),
    execs: new Execs(parts),
    images,
    registries: new Registries(all.remote),
    volumes: parts.volumes,
    networks: networkService,
    system: new SystemService(parts, identity, { containers, images, records: imageRecords }),
    builds: new Builds(parts.journal),
    prune: new PruneService({ parts, images: imageRecords }, images, networkService),
    recovered,
    reload(settings) {
      images.configure(settings.registries)
      parts.settings.replace(settings)
      parts.journal.emit('daemon', 'reload', identity.engineId, reloadAttributes(settings))
    },
    async close() {
      clearTimeout(reserving)
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
      db.close()
      if (left.length > 0) return
      if (uplink) await closeUplink(options.paths.state)
      await options.userRemap?.close()
      await rm(options.paths.state, { recursive: true, force: true })
    },
  }
}

const RESERVE_AFTER_MS = 500

/** How often, and after how long, what looks wrong with a running engine is looked at again. */
const LOOKS_AGAIN = 6
const LOOK_PAUSE_MS = 500

/** Looks at the root without changing it: a line for each thing that is wrong or leaked. The engine may be dead. */
export async function verifyRoot(
  options: DaemonOptions,
  how: { readonly deep: boolean; readonly live: boolean },
): Promise<readonly string[]> {
  let lines = await lookAgain(options, how)
  // What a running engine is in the middle of looks wrong for a moment; what is wrong stays so.
  for (let again = 0; how.live && lines.length > 0 && again < LOOKS_AGAIN; again++) {
    await delay(LOOK_PAUSE_MS)
    const still = new Set(await lookAgain(options, how))
    lines = lines.filter((line) => still.has(line))
  }
  return lines
}

/** Beside a running engine what was just there may be gone. */
async function lookAgain(options: DaemonOptions, how: { readonly deep: boolean; readonly live: boolean }) {
  try {
    return await look(options, how)
  } catch (error) {
    if (!how.live) throw error
    return [`it could not be looked at: ${(error as Error).message}`]
  }
}

async function look(
  options: DaemonOptions,
  how: { readonly deep: boolean; readonly live: boolean },
): Promise<readonly string[]> {
  const fresh = !existsSync(options.paths.state)
  if (!existsSync(options.paths.database)) {
    throw new EngineError('not-found', `there is no engine's data in ${options.paths.root}: name its --root`)
  }
  const { db, parts, runtime, directories, rebooted } = await assemble(options)
  try {
    return await verifyAll(parts, directories, { ...how, rebooted })
  } finally {
    await runtime.close()
    db.close()
    if (fresh) await rm(options.paths.state, { recursive: true, force: true })
  }
}

async function assemble(
  options: DaemonOptions,
  opening?: (open: () => DatabaseSync) => DatabaseSync,
  remap: UserRemap | null = null,
): Promise<Assembly> {
  const { paths, report, rootless } = options
  await mkdir(paths.root, { recursive: true, mode: 0o710 })
  // Images hold set-user-id programs and folders for everybody, which no other user of the host may come to.
  await chmod(paths.root, 0o710)
  await mkdir(paths.containers, { recursive: true, mode: 0o710 })
  const schemas = [META_SCHEMA, IMAGES_SCHEMA, CONTAINERS_SCHEMA, VOLUMES_SCHEMA, NETWORKS_SCHEMA]
  // Who only looks changes nothing.
  const db = opening
    ? opening(() => openDatabase(paths.database, schemas))
    : openDatabase(paths.database, schemas, 'as-it-is')
  if (opening) await leaveFormerPlace(db, options)
  const before = readMeta(db, 'boot-id')
  const { bridge, former } = opening
    ? currentBridge(db, options)
    : { bridge: recordedBridge(db, paths.root, options.settings.network), former: null }
  const state = opening ? paths.state : stateOf(db, options)
  const runtime = await openRuntime({
    report,
    stateDir: state,
    cgroupParent: `/longshore-${paths.tag}`,
    rootless,
    ...preferredRuntime(db, options),
  })
  const imageRecords = new SqliteImageRecords(db)
  const store = new FileStore({
    root: paths.store,
    rootless,
    records: imageRecords,
    ...(options.disk ? { disk: options.disk } : {}),
    shifted: (id) => {
      const container = registry.byId(id)
      return container ? remapOf(remap, container.definition.host) : null
    },
  })
  if (options.lifeline !== null) placeNetworks(boundUplink(state))
  const networks = bridgeNetworks(join(state, 'netns'), bridge.link)
  const directories = await openVolumes(paths.volumes, options.disk)
  const networkRegistry = new NetworkRegistry(
    bridge,
    readMeta(db, 'created') ?? '',
    new NetworkRecords(db).all(),
    options.settings.network.hostGatewayIps,
  )
  const journal = new Journal()
  const registry = new ContainerRegistry()
  const volumes = new VolumeService(
    directories,
    new VolumeRecords(db),
    journal,
    new VolumeMounts(paths.volumes),
    (name) => join(paths.volumes, name, '_data'),
  )
  const remote = new Registry({
    ...options.settings.registries,
    certificates: certificatesFolder(rootless, process.env),
  })
  const images = new Images({
    store,
    records: imageRecords,
    registry: remote,
    transfers: options.settings.registries,
    usedBy: (id) =>
      [...registry.all()]
        .filter(({ definition }) => imagesOf(definition).includes(id))
        .map(({ id: container, up }) => ({ id: container, running: up })),
    inUse: () =>
      [...registry.all()].flatMap(({ definition }) => [definition.diffIds, ...mountedLayers(definition)]),
    emit: ({ Action, Actor }) => journal.emit('image', Action, Actor.ID, Actor.Attributes),
  })
  images.configure(options.settings.registries)
  const records = new ContainerRecords(db)
  const health = new HealthMonitor({ runtime, store, journal, records, report })
  const rotation = new LogRotation({ runtime, directory: paths.containers, report })
  const parts: Parts = {
    runtime,
    store,
    networks,
    volumes,
    images,
    records,
    registry,
    health,
    rotation,
    journal,
    remap,
    processDefaults: options.settings.containers,
    settings: new Settings(options.settings),
    sizes: new DiskSizes({
      container: (id) => store.rootfsSizeBytes(id),
      volume: (name) => directories.sizeBytes(name),
    }),
    imageSizeBytes: (id) => imageRecords.get(id)?.sizeBytes ?? 0,
    networkRegistry,
    defaults: {
      ...options.settings.containers,
      cgroupnsMode:
        options.settings.containers.cgroupnsMode ?? (runtime.identity.cgroup === 'v2' ? 'private' : 'host'),
    },
    directory: paths.containers,
    report,
  }
  for (const record of records.all()) {
    const container = new Container(record)
    registry.add(container)
    volumes.claim(container)
  }
  const rebooted = before !== null && before !== options.bootId
  return { db, parts, runtime, networks, directories, store, images, remote, imageRecords, rebooted, former }
}

/** Where the engine of this boot has its state, which it may have been told: for those who only look. */
function stateOf(db: DatabaseSync, { paths, bootId }: DaemonOptions): string {
  return (readMeta(db, 'boot-id') === bootId ? readMeta(db, 'state') : null) ?? paths.state
}

/** The OCI runtime that is set; but what one of them started, that one must end, so that a change waits for an empty state. */
function preferredRuntime(db: DatabaseSync, { paths, bootId, settings }: DaemonOptions) {
  const known = readMeta(db, 'runtime')
  const inUse = existsSync(paths.state) && readMeta(db, 'boot-id') === bootId
  const prefer = inUse && (known === 'crun' || known === 'runc') ? known : settings.containers.runtime
  return prefer ? { prefer } : {}
}

/** The images that a container needs: its own, and those that it mounts. */
function imagesOf({ imageId, mounts }: ContainerDefinition): readonly string[] {
  return [imageId, ...mounts.flatMap((mount) => (mount.kind === 'image' ? [mount.imageId] : []))]
}

function mountedLayers({ mounts }: ContainerDefinition) {
  return mounts.flatMap((mount) => (mount.kind === 'image' ? [mount.diffIds] : []))
}

/** The server of names goes on from before, if it is still there; it is told everything in any case. */
async function nameAll(parts: Parts): Promise<void> {
  for (const container of parts.registry.all()) {
    const { sandbox } = container.standing
    if (container.up && sandbox) await callByName(parts, container, sandbox)
  }
}

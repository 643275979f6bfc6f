/** Puts the engine's parts together over one root, starting nothing. */
import { existsSync } from 'node:fs'
import { chmod, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import type { HostCheckLine } from '../api/longshore/host-check.ts'
import { bridgeNetworks } from '../network/bridge-networks.ts'
import type { NetworkDefinition, Networks } from '../network/network.ts'
import { placeNetworks } from '../network/place.ts'
import { boundUplink } from '../network/rootless/uplink.ts'
import { certificatesFolder } from '../registry/options.ts'
import { Registry } from '../registry/registry.ts'
import { openRuntime } from '../runtime/conmon-runtime.ts'
import type { Runtime } from '../runtime/runtime.ts'
import { FileStore, type StoreOptions } from '../store/file-store.ts'
import { openVolumes } from '../volume/volume-directories.ts'
import { VolumeMounts } from '../volume/volume-mounts.ts'
import type { Volumes } from '../volume/volumes.ts'
import { Container } from './containers/container.ts'
import { HealthMonitor } from './containers/health/monitor.ts'
import { LogRotation } from './containers/logs/rotate.ts'
import type { Parts } from './containers/parts.ts'
import { ContainerRegistry } from './containers/registry.ts'
import { remapOf, type UserRemap } from './containers/user-namespace.ts'
import { DiskSizes } from './disk-sizes.ts'
import { Journal } from './events/journal.ts'
import { Images } from './images/images.ts'
import { leaveFormerPlace } from './moved-root.ts'
import { currentBridge, recordedBridge } from './networks/current-bridge.ts'
import { NetworkRegistry } from './networks/network-registry.ts'
import { BUILD_HISTORY_SCHEMA } from './records/build-history.ts'
import { BUILD_CACHE_SCHEMA, BuildCacheRecords } from './records/builds.ts'
import type { ContainerDefinition } from './records/container-record.ts'
import { CONTAINERS_SCHEMA, ContainerRecords } from './records/containers.ts'
import { openDatabase } from './records/database.ts'
import { IMAGES_SCHEMA, SqliteImageRecords } from './records/images.ts'
import { META_SCHEMA, readMeta } from './records/meta.ts'
import { NETWORKS_SCHEMA, NetworkRecords } from './records/networks.ts'
import { VOLUMES_SCHEMA, VolumeRecords } from './records/volumes.ts'
import { type DaemonSettings, Settings } from './settings.ts'
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
export interface Assembly {
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

/** The parts, with their records read. `opening` stands around the opening of the database. */
export async function assemble(
  options: DaemonOptions,
  opening?: (open: () => DatabaseSync) => DatabaseSync,
  remap: UserRemap | null = null,
): Promise<Assembly> {
  const { paths, report, rootless } = options
  await mkdir(paths.root, { recursive: true, mode: 0o710 })
  // Images hold set-user-id programs and folders for everybody, which no other user of the host may come to.
  await chmod(paths.root, 0o710)
  await mkdir(paths.containers, { recursive: true, mode: 0o710 })
  const builds = [BUILD_CACHE_SCHEMA, BUILD_HISTORY_SCHEMA]
  const schemas = [META_SCHEMA, IMAGES_SCHEMA, CONTAINERS_SCHEMA, VOLUMES_SCHEMA, NETWORKS_SCHEMA, ...builds]
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
  const buildCache = new BuildCacheRecords(db)
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
    results: () => buildCache.all().map(({ diffIds }) => diffIds),
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
    buildCache,
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

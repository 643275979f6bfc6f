/** What working on containers needs of the engine: handed from function to function, made once by the daemon. */

import type { Networks } from '../../network/network.ts'
import type { Digest, Platform } from '../../oci/descriptor.ts'
import type { Runtime } from '../../runtime/runtime.ts'
import type { ImageRecord, Store } from '../../store/store.ts'
import type { DiskSizes } from '../disk-sizes.ts'
import type { Journal } from '../events/journal.ts'
import type { CommitRequest } from '../images/commit.ts'
import type { NetworkRegistry } from '../networks/network-registry.ts'
import type { BuildCacheRecords } from '../records/builds.ts'
import type { ContainerRecords } from '../records/containers.ts'
import type { Settings } from '../settings.ts'
import type { VolumeService } from '../volumes/volume-service.ts'
import type { HealthMonitor } from './health/monitor.ts'
import type { HostDefaults } from './host-config.ts'
import type { LogRotation } from './logs/rotate.ts'
import type { ContainerRegistry } from './registry.ts'
import type { ProcessDefaults } from './settings.ts'
import type { UserRemap } from './user-namespace.ts'

/** Finds images by what people write. Throws `not-found`. */
export interface ImageSource {
  /** For a platform, of an image for several the one for it; null is the one that the name itself means. */
  resolve(name: string, platform?: Platform | null): ImageRecord
  /** Makes an image of a container's changes. Leaves nothing behind when it fails. */
  commit(request: CommitRequest): Promise<ImageRecord>
  /** Runs `work` with the image's layers there until its end, even when the image is removed meanwhile. */
  keeping<T>(id: Digest, work: () => Promise<T>): Promise<T>
  /** A container of the image is gone. */
  released(id: Digest): Promise<void>
}

export interface Parts {
  readonly runtime: Runtime
  readonly store: Store
  readonly networks: Networks
  readonly volumes: VolumeService
  readonly images: ImageSource
  readonly buildCache: BuildCacheRecords
  readonly records: ContainerRecords
  readonly registry: ContainerRegistry
  readonly health: HealthMonitor
  readonly rotation: LogRotation
  readonly journal: Journal
  readonly sizes: DiskSizes
  /** Unpacked size of an image; 0 when it is gone. */
  readonly imageSizeBytes: (id: Digest) => number
  readonly networkRegistry: NetworkRegistry
  readonly defaults: HostDefaults
  readonly processDefaults: ProcessDefaults
  /** How containers' users are shifted; null where they are the host's. */
  readonly remap: UserRemap | null
  /** What a person has set; a reload changes it. */
  readonly settings: Settings
  /** Where containers' logs and files of their own are: a directory for each id. */
  readonly directory: string
  /** Told of failures that no caller waits for. */
  readonly report: (error: unknown, what: string) => void
}

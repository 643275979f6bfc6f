/** What is recorded of a container: what was asked for (never changes) and what has become of it. */
import type { ContainerConfig, HealthState, HostConfig } from '../../api/container.ts'
import type { EndpointSettings } from '../../api/network.ts'
import type { PortMapping, Sandbox } from '../../network/network.ts'
import type { Digest } from '../../oci/descriptor.ts'
import type { Life } from '../containers/lifecycle.ts'

/** A mount that a container asked for, resolved as far as it can be before the start. */
export type MountRecord =
  | {
      readonly kind: 'volume'
      readonly name: string
      readonly destination: string
      readonly readOnly: boolean
      readonly mode: string
      /** Made for this container and nameless: goes with it when its removal says so. */
      readonly anonymous: boolean
      /** Copy what the image has there into the volume, before the first start. */
      readonly seed: boolean
      /** A directory or file of the volume that is mounted instead of its top. */
      readonly subpath?: string
      /** What the volume is made with, if it is not there. */
      readonly driverOptions?: Readonly<Record<string, string>>
      readonly labels?: Readonly<Record<string, string>>
    }
  | {
      readonly kind: 'bind'
      readonly source: string
      readonly destination: string
      readonly readOnly: boolean
      readonly mode: string
      readonly propagation: string
      readonly nonRecursive: boolean
      /** Make the source as a directory when it is missing (the short form does). */
      readonly makeSource: boolean
      /** Read-only, but not what is mounted below it. */
      readonly readOnlyTopOnly?: boolean
    }
  | {
      readonly kind: 'image'
      /** As it was named. */
      readonly image: string
      readonly imageId: Digest
      readonly diffIds: readonly Digest[]
      readonly destination: string
    }
  | { readonly kind: 'tmpfs'; readonly destination: string; readonly options: readonly string[] }

/** What was asked for, complete with the image's and our defaults. */
export interface ContainerDefinition {
  readonly id: string
  /** RFC 3339 with nanoseconds. */
  readonly created: string
  readonly imageId: Digest
  readonly diffIds: readonly Digest[]
  readonly config: ContainerConfig
  readonly host: HostConfig
  readonly mounts: readonly MountRecord[]
  /** What the create request said of the container's networks. */
  readonly networks: Readonly<Record<string, Partial<EndpointSettings>>>
}

/** A network that a container is to be on. */
export interface Attachment {
  /** Empty until it has been on it. */
  readonly networkId: string
  readonly asked: Partial<EndpointSettings>
}

/** What has become of it. */
export interface ContainerStanding {
  readonly life: Life
  /** The networks that it is on, or will be when it starts, by name. */
  readonly networks: Readonly<Record<string, Attachment>>
  /** Its place in them while it is up; null on the host's network, another container's, and none. */
  readonly sandbox: Sandbox | null
  readonly mappings: readonly PortMapping[]
  readonly restarts: number
  /** Stopped by a person: restart policies leave it alone. */
  readonly stoppedByHand: boolean
  /** Its volumes have been given what the image has. */
  readonly seeded: boolean
  /** As its last change of state left it; absent without a health check. */
  readonly health?: HealthState
}

export interface ContainerRecord {
  readonly name: string
  readonly definition: ContainerDefinition
  readonly standing: ContainerStanding
}

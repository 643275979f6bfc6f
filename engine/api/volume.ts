/** Wire types of volumes. */

export interface Volume {
  readonly Name: string
  readonly Driver: string
  readonly Mountpoint: string
  readonly CreatedAt?: string
  readonly Status?: Readonly<Record<string, unknown>>
  readonly Labels: Readonly<Record<string, string>> | null
  readonly Scope: 'local' | 'global'
  readonly Options: Readonly<Record<string, string>> | null
  /** Only in answers of /system/df. -1 is unknown. */
  readonly UsageData?: { readonly Size: number; readonly RefCount: number } | null
}

/** Body of POST /volumes/create. */
export interface VolumeCreateRequest {
  readonly Name?: string
  readonly Driver?: string
  readonly DriverOpts?: Readonly<Record<string, string>> | null
  readonly Labels?: Readonly<Record<string, string>> | null
}

/** Answer of GET /volumes. */
export interface VolumeList {
  readonly Volumes: readonly Volume[] | null
  readonly Warnings: readonly string[] | null
}

/** Answer of POST /volumes/prune. */
export interface VolumesPruned {
  readonly VolumesDeleted: readonly string[] | null
  readonly SpaceReclaimed: number
}

/** Named volumes: directories under the engine's root with their data in `_data`, as Docker lays them out. */

export interface VolumeDirectory {
  readonly name: string
  /** The directory that containers see, `<root>/volumes/<name>/_data`. */
  readonly mountpoint: string
}

/** What the daemon needs of volumes; records of them (labels, options, users) are the daemon's. */
export interface Volumes {
  /** Makes the directory; durable when it resolves. Idempotent. */
  create(name: string): Promise<VolumeDirectory>
  /** Copies what the image has at the mount's destination into an empty volume, owners and modes kept. `source` must lie in the rootfs. */
  seed(name: string, rootfs: string, path: string): Promise<void>
  remove(name: string): Promise<void>
  /** Names on disk: for recovery and verify. */
  list(): Promise<readonly string[]>
  sizeBytes(name: string): Promise<number>
}

/** Named volumes: directories under the engine's root with their data in `_data`, as Docker lays them out. */

export interface VolumeDirectory {
  readonly name: string
  /** The directory that containers see, `<root>/volumes/<name>/_data`. */
  readonly mountpoint: string
}

/** A volume out of sight: its bytes are all there until `discard`. */
export interface TakenVolume {
  /** Removes its bytes. */
  discard(): Promise<void>
  /** Puts it back. */
  restore(): Promise<void>
}

/** What the daemon needs of volumes; records of them (labels, options, users) are the daemon's. */
export interface Volumes {
  /** Makes the directory; durable when it resolves. Idempotent. */
  create(name: string): Promise<VolumeDirectory>
  /** Copies what the image has at `path` of `rootfs` into an empty volume, owners and modes kept; what an earlier try left half-done is completed. */
  /** `view` is the volumes' folder as the owners in `rootfs` are meant; this one when left out. */
  seed(name: string, rootfs: string, path: string, view?: string): Promise<void>
  /** True when nothing was put into it, or only half of what an image has for it. */
  isEmpty(name: string): Promise<boolean>
  /** Takes it out of sight, durably, with its bytes whole until the record of it is gone. Idempotent. */
  take(name: string): Promise<TakenVolume>
  /**
   * What an engine that was killed has left half-done is finished or taken back: a removal whose record is still
   * there did not happen, a volume never acknowledged goes. Answers names that hold data and that no record knows.
   */
  recover(recorded: ReadonlySet<string>): Promise<readonly string[]>
  /** Names on disk: for recovery and verify. */
  list(): Promise<readonly string[]>
  sizeBytes(name: string): Promise<number>
}

/** OCI content as values: descriptors, manifests and image configs (image-spec v1.1). */

/** `sha256:<64 hex>`; made by `oci/digest.ts`. */
export type Digest = `sha256:${string}`

/** image-spec descriptor.md. `size` is in bytes. */
export interface Descriptor {
  readonly mediaType: string
  readonly digest: Digest
  readonly size: number
  readonly urls?: readonly string[]
  readonly annotations?: Readonly<Record<string, string>>
  readonly platform?: Platform
}

/** image-spec image-index.md, "platform". */
export interface Platform {
  readonly os: string
  readonly architecture: string
  readonly variant?: string
  readonly 'os.version'?: string
}

/** image-spec manifest.md; Docker's schema 2 manifest has the same shape. */
export interface Manifest {
  readonly schemaVersion: 2
  readonly mediaType?: string
  readonly config: Descriptor
  readonly layers: readonly Descriptor[]
  readonly annotations?: Readonly<Record<string, string>>
}

/** image-spec image-index.md; Docker's manifest list has the same shape. */
export interface Index {
  readonly schemaVersion: 2
  readonly mediaType?: string
  readonly manifests: readonly Descriptor[]
  readonly annotations?: Readonly<Record<string, string>>
}

/**
 * Looking into registries without pulling, under /longshore/v1/registries/{domain}/. The domain is as in names
 * (`docker.io`, `localhost:5000`); an X-Registry-Auth header gives the account.
 */
import type { ImagePlatform } from '../image.ts'

/** Answer of GET .../repositories?last=&limit=. */
export interface RegistryRepositories {
  readonly repositories: readonly string[]
  /** What to give as `last` for the next page; null at the end. */
  readonly next: string | null
}

/** Answer of GET .../tags?repository=. */
export interface RegistryTags {
  readonly tags: readonly string[]
}

/** One image of an index, or what is attached to one. Sizes in bytes. */
export interface RegistryManifest {
  readonly digest: string
  readonly mediaType: string
  readonly kind: 'image' | 'attestation' | 'artifact'
  readonly platform: ImagePlatform | null
  /** What a pull of it moves: manifest, config and layers. */
  readonly sizeBytes: number
  readonly layers: number
  /** Of an attestation: the digest of the image that it speaks of, and what it says (in-toto predicate types). */
  readonly subject: string | null
  readonly predicates: readonly string[]
  readonly annotations: Readonly<Record<string, string>>
}

/** Answer of GET .../manifest?repository=&reference=: a tag or a digest, an index or an image alone. */
export interface RegistryInspection {
  readonly digest: string
  readonly mediaType: string
  readonly isIndex: boolean
  readonly annotations: Readonly<Record<string, string>>
  readonly manifests: readonly RegistryManifest[]
}

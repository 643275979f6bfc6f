/** Docker's wire types of images (Engine API 1.51, "Image"). Sizes in bytes. */
import type { HealthConfig } from './container.ts'

/** A platform in the words of image-spec. */
export interface ImagePlatform {
  readonly architecture: string
  readonly os: string
  readonly 'os.version'?: string
  readonly variant?: string
}

/** Answer of GET /distribution/{name}/json. */
export interface DistributionInspect {
  readonly Descriptor: { readonly mediaType: string; readonly digest: string; readonly size: number }
  /** Null when nothing says. */
  readonly Platforms: readonly ImagePlatform[] | null
}

/** One find of GET /images/search. */
export interface ImageSearchResult {
  readonly name: string
  readonly description: string
  readonly star_count: number
  readonly is_official: boolean
  readonly is_automated: boolean
}

/** The descriptor of content, in the words of image-spec. */
export interface ImageDescriptor {
  readonly mediaType: string
  readonly digest: string
  readonly size: number
  readonly platform?: ImagePlatform
  readonly annotations?: Readonly<Record<string, string>>
}

/** One of the manifests that an image's name stands for (since API 1.47). Sizes in bytes. */
export interface ImageManifestSummary {
  readonly ID: string
  readonly Descriptor: ImageDescriptor
  /** Is its content here? */
  readonly Available: boolean
  readonly Size: { readonly Content: number; readonly Total: number }
  readonly Kind: 'image' | 'attestation' | 'unknown'
  readonly ImageData?: {
    readonly Platform: ImagePlatform
    readonly Containers: readonly string[]
    readonly Size: { readonly Unpacked: number }
  }
  readonly AttestationData?: { readonly For: string }
}

/** What the name of an image stands for. */
interface Targeted {
  /** Since API 1.48. */
  readonly Descriptor?: ImageDescriptor
  /** Only when asked for, in lists since API 1.47 and in inspect since 1.48. */
  readonly Manifests?: readonly ImageManifestSummary[]
}

/** One row of GET /images/json. `Created` is in Unix seconds. */
export interface ImageSummary extends Targeted {
  readonly Id: string
  readonly ParentId: string
  readonly RepoTags: readonly string[]
  readonly RepoDigests: readonly string[]
  readonly Created: number
  readonly Size: number
  /** Bytes of layers that other images have too; -1: not computed. */
  readonly SharedSize: number
  /** As `Size`; gone since API 1.44. */
  readonly VirtualSize?: number
  readonly Labels: Readonly<Record<string, string>> | null
  /** Containers made from it; -1: not computed. */
  readonly Containers: number
}

/** The run configuration inside an inspect answer; the constant fields are those of a container that never was. */
export interface ImageInspectConfig {
  readonly Hostname: ''
  readonly Domainname: ''
  readonly User: string
  readonly AttachStdin: false
  readonly AttachStdout: false
  readonly AttachStderr: false
  readonly ExposedPorts?: Readonly<Record<string, Record<string, never>>>
  readonly Tty: false
  readonly OpenStdin: false
  readonly StdinOnce: false
  readonly Env: readonly string[] | null
  readonly Cmd: readonly string[] | null
  readonly Healthcheck?: HealthConfig
  readonly ArgsEscaped?: boolean
  readonly Image: ''
  readonly Volumes: Readonly<Record<string, Record<string, never>>> | null
  readonly WorkingDir: string
  readonly Entrypoint: readonly string[] | null
  readonly OnBuild: readonly string[] | null
  readonly Labels: Readonly<Record<string, string>> | null
  readonly StopSignal?: string
  readonly Shell?: readonly string[]
}

/** Answer of GET /images/{name}/json. */
export interface ImageInspect extends Targeted {
  readonly Id: string
  readonly RepoTags: readonly string[]
  readonly RepoDigests: readonly string[]
  readonly Parent: string
  readonly Comment: string
  readonly Created: string
  readonly DockerVersion: string
  readonly Author: string
  readonly Config: ImageInspectConfig
  readonly Architecture: string
  readonly Variant?: string
  readonly Os: string
  readonly OsVersion?: string
  readonly Size: number
  readonly VirtualSize: number
  readonly GraphDriver: { readonly Name: string; readonly Data: Readonly<Record<string, string>> | null }
  readonly RootFS: { readonly Type: 'layers'; readonly Layers: readonly string[] }
  readonly Metadata: { readonly LastTagTime: string }
  /** Of a container that it was committed from: always nothing, and gone since API 1.45. */
  readonly Container?: ''
  readonly ContainerConfig?: ImageInspectConfig
}

/** One row of GET /images/{name}/history, newest first. `Created` is in Unix seconds. */
export interface ImageHistoryItem {
  readonly Id: string
  readonly Created: number
  readonly CreatedBy: string
  readonly Tags: readonly string[] | null
  readonly Size: number
  readonly Comment: string
}

/** One line of DELETE /images/{name} and of a prune. */
export type ImageDeleteItem = { readonly Untagged: string } | { readonly Deleted: string }

/** Answer of POST /images/prune. */
export interface ImagePruneResponse {
  readonly ImagesDeleted: readonly ImageDeleteItem[] | null
  readonly SpaceReclaimed: number
}

/** The last line of a push that went well, as `aux`. `Size` is the manifest's. */
export interface PushResult {
  readonly Tag: string
  readonly Digest: string
  readonly Size: number
}

/** One JSON line of a pull, a push, an import or a load. */
export interface ProgressMessage {
  readonly status?: string
  /** The tag, or the short digest of a layer. */
  readonly id?: string
  readonly progressDetail?: { readonly current?: number; readonly total?: number }
  /** `progressDetail` as a bar for terminals. */
  readonly progress?: string
  readonly stream?: string
  readonly aux?: PushResult
  readonly error?: string
  readonly errorDetail?: { readonly message: string; readonly code?: number }
}

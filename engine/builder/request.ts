/** What is asked of the builder. The daemon makes it of `POST /build`, BuildKit's session, or a build in place. */
import type { Digest, Platform } from '../oci/descriptor.ts'
import type { ImageConfig } from '../oci/image-config.ts'
import type { Credentials } from '../registry/authenticator.ts'
import type { BuildEvent } from './solve/progress.ts'
import type { SourceFolder } from './solve/value.ts'

/** Files of whoever asks. Opened only when a step needs them. */
export interface ContextProvider {
  /** One file's bytes (the Dockerfile, an ignore file); null when it is not there. */
  read(path: string): Promise<Buffer | null>
  /** The files, as far as `ignore` lets them and `wanted` names them; null wants all. Kept until `close`. */
  open(
    filter: { readonly ignore: readonly string[]; readonly wanted: readonly string[] | null },
    told: { readonly signal: AbortSignal; readonly bytes: (current: number) => void },
  ): Promise<SourceFolder>
  close(): Promise<void>
}

/** Where named and main contexts come from. */
export type ContextSource =
  | { readonly kind: 'files'; readonly provider: ContextProvider }
  | { readonly kind: 'git'; readonly address: string }
  | { readonly kind: 'http'; readonly url: string }
  /** `docker-image://`: FROM and --from of that name mean this image. */
  | { readonly kind: 'image'; readonly reference: string }
  | { readonly kind: 'empty' }

/** Where a result goes. Archives and folders are handed to `receive` as a tar. */
export type Output =
  | { readonly kind: 'image'; readonly names: readonly string[]; readonly push: boolean }
  | { readonly kind: 'docker' | 'oci'; readonly names: readonly string[]; readonly receive: TarReceiver }
  /** The files of the target's root: `local` and `tar`. */
  | { readonly kind: 'files'; readonly receive: TarReceiver }
  /** Only builds: errors and cache. */
  | { readonly kind: 'none' }

export type TarReceiver = (tar: AsyncIterable<Uint8Array>) => Promise<void>

/** `type=registry,ref=...`, `type=local,src=...`, `type=inline`: fields as written. */
export interface CacheSpec {
  readonly type: string
  readonly fields: Readonly<Record<string, string>>
}

export interface BuildRequest {
  /** Names the build in history; hexadecimal. */
  readonly id: string
  /** What it is called there: a folder's name, a repository. */
  readonly title: string
  /** Where its files are, in the same words in each build of them, so that a build is compared with the last one; empty when nobody knows. */
  readonly place: string
  /** Given text goes before `path` in the context. */
  readonly dockerfile: {
    readonly text: string | null
    readonly path: string
    readonly from: ContextSource | null
  }
  readonly context: ContextSource
  readonly namedContexts: ReadonlyMap<string, ContextSource>
  readonly target: string | null
  readonly args: ReadonlyMap<string, string>
  readonly labels: Readonly<Record<string, string>>
  /** Null is the host's. */
  readonly platform: Platform | null
  /** True, or the names of stages that are to run anew. */
  readonly noCache: boolean | readonly string[]
  readonly pull: boolean
  readonly cacheFrom: readonly CacheSpec[]
  readonly cacheTo: readonly CacheSpec[]
  readonly network: 'default' | 'none' | 'host' | { readonly named: string }
  /** `name:address` lines for /etc/hosts. */
  readonly extraHosts: readonly string[]
  readonly run: {
    readonly shmBytes: number
    readonly ulimits: readonly { readonly name: string; readonly soft: number; readonly hard: number }[]
    readonly memoryBytes: number
    readonly memorySwapBytes: number
    readonly cpuShares: number
    readonly cpuQuota: number
    readonly cpuPeriod: number
    readonly cpusetCpus: string
    readonly cpusetMems: string
    readonly cgroupParent: string
  }
  /** Whether RUN --security=insecure and --network=host are granted. */
  readonly entitlements: { readonly insecure: boolean; readonly hostNetwork: boolean }
  /** Asked for when a step runs. Null where there is none of that id. */
  readonly secret: (id: string) => Promise<Buffer | null>
  /** A unix socket of the host that speaks the agent's protocol, for as long as the build; null where there is none. */
  readonly ssh: (id: string) => Promise<string | null>
  readonly credentials: (domain: string) => Promise<Credentials>
  readonly outputs: readonly Output[]
  readonly squash: boolean
  readonly annotations: readonly {
    readonly on: 'manifest' | 'index'
    readonly key: string
    readonly value: string
  }[]
  /** Seconds since 1970 that every time in the result is set to or cut to. */
  readonly sourceDateEpoch: number | null
}

/** A build under way. */
export interface Build {
  readonly events: AsyncIterable<BuildEvent>
  /** Ends it: steps that nobody else needs are stopped. */
  cancel(): void
}

/** The digest and config of an image, looked up without its layers. */
export interface ResolvedImage {
  readonly digest: Digest
  readonly config: ImageConfig
}

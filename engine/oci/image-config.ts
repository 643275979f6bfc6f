/** image-spec config.md, with Docker's additions (Healthcheck, Shell, OnBuild). */
import type { Digest } from './descriptor.ts'

/** How a container of the image runs by default. Durations are nanoseconds, as in Docker's JSON. */
export interface ImageRunConfig {
  readonly User?: string
  readonly ExposedPorts?: Readonly<Record<string, Record<string, never>>>
  readonly Env?: readonly string[]
  readonly Entrypoint?: readonly string[] | null
  readonly Cmd?: readonly string[] | null
  readonly Volumes?: Readonly<Record<string, Record<string, never>>> | null
  readonly WorkingDir?: string
  readonly Labels?: Readonly<Record<string, string>> | null
  readonly StopSignal?: string
  readonly Shell?: readonly string[]
  readonly OnBuild?: readonly string[] | null
  readonly ArgsEscaped?: boolean
  readonly Healthcheck?: HealthcheckConfig
}

/** A health check as images carry it. Durations in nanoseconds. */
export interface HealthcheckConfig {
  readonly Test?: readonly string[]
  readonly Interval?: number
  readonly Timeout?: number
  readonly Retries?: number
  readonly StartPeriod?: number
  readonly StartInterval?: number
}

/** The config blob of an image. Its digest is the image's id. */
export interface ImageConfig {
  readonly created?: string
  readonly author?: string
  readonly architecture: string
  readonly os: string
  readonly variant?: string
  readonly 'os.version'?: string
  readonly config?: ImageRunConfig
  readonly rootfs: { readonly type: 'layers'; readonly diff_ids: readonly Digest[] }
  readonly history?: readonly HistoryEntry[]
}

/** One step that made the image; `empty_layer` when it added no files. */
export interface HistoryEntry {
  readonly created?: string
  readonly created_by?: string
  readonly author?: string
  readonly comment?: string
  readonly empty_layer?: boolean
}

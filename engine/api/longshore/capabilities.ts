/**
 * What is served beside Docker's API, under `/longshore/v1/`: what Docker has no word for. This file: what an
 * engine can do, read once when a client connects. A client does without on engines that answer 404.
 */

/** Answer of GET /longshore/v1/capabilities. */
export interface LongshoreCapabilities {
  /** Version of the engine itself. */
  readonly engineVersion: string
  /** Where the engine keeps everything. */
  readonly root: string
  readonly rootless: boolean
  readonly runtime: { readonly name: string; readonly version: string }
  /** Names of what is served under `/longshore/v1/` beside this. */
  readonly features: readonly LongshoreFeature[]
}

/** `port-owner`: GET /longshore/v1/ports/{port}/{tcp|udp}. The others have files of their names here. */
export type LongshoreFeature = 'port-owner' | 'host-check' | 'registries' | 'prune' | 'builds'

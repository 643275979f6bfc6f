/** Parameters of POST /build (Engine API, "Build an image"), read out of the query; sizes in bytes. */

export interface BuildUlimit {
  readonly Name: string
  readonly Soft: number
  readonly Hard: number
}

/** An element of `outputs`. */
export interface BuildOutputSpec {
  readonly Type: string
  readonly Attrs: Readonly<Record<string, string>>
}

/** Empty strings and zeros count as left out. */
export interface ImageBuildOptions {
  /** 1: the classic builder's answers; 2: BuildKit's. */
  readonly version: 1 | 2
  readonly tags: readonly string[]
  readonly dockerfile: string
  readonly extraHosts: readonly string[]
  readonly remote: string
  readonly quiet: boolean
  readonly noCache: boolean
  readonly cacheFrom: readonly string[]
  readonly pull: boolean
  readonly memory: number
  readonly memorySwap: number
  readonly cpuShares: number
  readonly cpusetCpus: string
  readonly cpusetMems: string
  readonly cpuPeriod: number
  readonly cpuQuota: number
  readonly cgroupParent: string
  readonly shmSize: number
  readonly ulimits: readonly BuildUlimit[]
  readonly squash: boolean
  readonly buildArgs: Readonly<Record<string, string>>
  readonly labels: Readonly<Record<string, string>>
  readonly networkMode: string
  readonly platform: string
  readonly target: string
  readonly outputs: readonly BuildOutputSpec[]
  readonly session: string
  readonly buildId: string
}

/**
 * Building, beside Docker's API, under /longshore/v1/builds. Ids are hexadecimal.
 *
 * POST   /builds                        a `BuildStart`; answers JSON lines: `BuildStarted`, then `BuildProgress`
 * GET    /builds                        history, newest first: `BuildSummary[]`
 * GET    /builds/{id}                   `BuildDetail`
 * DELETE /builds/{id}                   forgets one that has ended, its log too
 * GET    /builds/{id}/events?follow=1   all its `BuildProgress` from the start; `follow` until its end
 * POST   /builds/{id}/cancel
 * GET    /builds/{id}/outputs/{n}       the tar of output `n` (from 0) of a running build, once, if it goes `stream`
 * POST   /builds/{id}/steps/{step}/shell  a `StepShell`: a container made of what remains of a failed step
 * POST   /builds/check                  a `DockerfileText`; answers `BuildProblem[]`, building nothing
 *
 * The body of POST /builds is one line of JSON. Where the context comes with it (`body`), a newline and a tar follow,
 * in any compression. X-Registry-Config gives accounts, as in POST /build. Who leaves the answer cancels the build,
 * unless it was started `detached`; then the answer is `BuildStarted` alone.
 */
import type {
  BuildFailed,
  BuildOutcome,
  BuildProblem,
  BuildStep,
  StepNow,
  StepReason,
} from './build-events.ts'

/** Where files come from. */
export type BuildSource =
  /** An absolute path of the engine's host, read in place. */
  | { readonly kind: 'folder'; readonly path: string }
  /** What follows the JSON in the request. Only the main context can. */
  | { readonly kind: 'body' }
  | { readonly kind: 'git'; readonly address: string }
  /** A tar, or a Dockerfile alone. */
  | { readonly kind: 'http'; readonly url: string }
  | { readonly kind: 'image'; readonly reference: string }
  | { readonly kind: 'empty' }

/** Where archives and files go: a path of the engine's host (a folder for `files` not as `tar`), or GET .../outputs/{n}. */
export type OutputPlace = { readonly kind: 'path'; readonly path: string } | { readonly kind: 'stream' }

export type BuildOutput =
  | { readonly kind: 'image'; readonly names: readonly string[]; readonly push: boolean }
  | { readonly kind: 'docker' | 'oci'; readonly names: readonly string[]; readonly to: OutputPlace }
  /** The files of the target's root: as a folder at `to.path`, else as a tar. */
  | { readonly kind: 'local' | 'tar'; readonly to: OutputPlace }
  | { readonly kind: 'none' }

/** A secret's value lives in memory as long as its build does; a file is read when a step asks for it. */
export type BuildSecret =
  | { readonly id: string; readonly base64: string }
  | { readonly id: string; readonly file: string }

export interface BuildCacheSpec {
  readonly type: string
  readonly fields: Readonly<Record<string, string>>
}

/** Everything but `context` may be left out. */
export interface BuildStart {
  /** Names it in history: a folder's name, a repository. */
  readonly title?: string
  readonly context: BuildSource
  readonly dockerfile?: {
    /** Goes before `path`. */
    readonly text?: string
    /** Below `from`, or below the context; `Dockerfile` unless said. */
    readonly path?: string
    readonly from?: BuildSource
  }
  readonly namedContexts?: Readonly<Record<string, BuildSource>>
  readonly target?: string
  readonly args?: Readonly<Record<string, string>>
  readonly labels?: Readonly<Record<string, string>>
  /** `linux/amd64`; the host's unless said. */
  readonly platform?: string
  readonly noCache?: boolean
  /** Stages whose steps run anew. */
  readonly noCacheFilter?: readonly string[]
  readonly pull?: boolean
  readonly cacheFrom?: readonly BuildCacheSpec[]
  readonly cacheTo?: readonly BuildCacheSpec[]
  /** `default`, `none`, `host` or a network's name. */
  readonly network?: string
  /** `name:address`. */
  readonly extraHosts?: readonly string[]
  readonly shmBytes?: number
  readonly ulimits?: readonly { readonly name: string; readonly soft: number; readonly hard: number }[]
  readonly memoryBytes?: number
  /** Memory and swap together; -1 is no limit. */
  readonly memorySwapBytes?: number
  readonly cpuShares?: number
  /** Microseconds. */
  readonly cpuPeriod?: number
  readonly cpuQuota?: number
  /** `0-2,4` */
  readonly cpusetCpus?: string
  readonly cpusetMems?: string
  readonly cgroupParent?: string
  /** `security.insecure`, `network.host`. */
  readonly allow?: readonly string[]
  readonly secrets?: readonly BuildSecret[]
  /** Sockets of agents on the engine's host. */
  readonly ssh?: readonly { readonly id: string; readonly socket: string }[]
  /** An image without a name unless said. */
  readonly outputs?: readonly BuildOutput[]
  readonly squash?: boolean
  readonly annotations?: readonly {
    readonly on: 'manifest' | 'index'
    readonly key: string
    readonly value: string
  }[]
  /** Seconds since 1970. */
  readonly sourceDateEpoch?: number
  readonly detached?: boolean
}

export interface BuildStarted {
  readonly kind: 'started'
  readonly id: string
}

/** One build in history. Times in ms since 1970; `completedAt` null while it runs. */
export interface BuildSummary {
  readonly id: string
  readonly title: string
  readonly state: 'running' | 'done' | 'failed' | 'cancelled'
  readonly startedAt: number
  readonly completedAt: number | null
  readonly target: string | null
  readonly platform: string | null
  /** Familiar names of the image that came of it. */
  readonly names: readonly string[]
  readonly imageId: string | null
  readonly steps: { readonly total: number; readonly cached: number; readonly completed: number }
  /** What went wrong; null otherwise. */
  readonly error: string | null
  readonly warnings: number
}

export interface BuildStepDetail extends BuildStep {
  readonly now: StepNow
  readonly reason: StepReason | null
  readonly layerBytes: number | null
}

export interface BuildDetail extends BuildSummary {
  /** Its text; null when it was never read. */
  readonly dockerfile: { readonly path: string; readonly text: string } | null
  readonly args: Readonly<Record<string, string>>
  readonly stepDetails: readonly BuildStepDetail[]
  readonly problems: readonly BuildProblem[]
  readonly result: BuildOutcome | null
  readonly failure: BuildFailed | null
}

/** Answer of .../shell. Started like any container; gone when it is removed. */
export interface StepShell {
  readonly containerId: string
}

/** Body of POST /builds/check. */
export interface DockerfileText {
  readonly text: string
}

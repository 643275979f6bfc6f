/**
 * What a build does, as a graph of steps. A step says everything that decides its result: two steps with the same
 * operation on inputs of the same content give the same files. Secrets and ssh are named here and never held.
 */
import type { Digest, Platform } from '../../oci/descriptor.ts'
import type { ImageConfig } from '../../oci/image-config.ts'
import type { Range } from '../parse/tree.ts'

/** Unique in one plan: `s0`, `s1` and so on, inputs before those that need them. */
export type StepId = string

/** One node of the graph. */
export interface Step {
  readonly id: StepId
  readonly operation: Operation
  /** Results of other steps that the operation reads. An operation names them by their place here. */
  readonly inputs: readonly StepId[]
  /** As BuildKit shows it: `[build 2/5] RUN make`, `[internal] load build context`. */
  readonly name: string
  readonly origin: Origin | null
  /** Runs even where the cache has its result. */
  readonly fresh: boolean
}

/** The instruction that a step comes from. */
export interface Origin {
  /** Name of the stage, or its number. */
  readonly stage: string
  /** Number of the instruction in its stage, FROM is 1. */
  readonly ordinal: number
  readonly text: string
  /** Null for a trigger of the base image. */
  readonly range: Range | null
}

export type Operation =
  | ImageOperation
  | ContextOperation
  | GitOperation
  | HttpOperation
  | ExecOperation
  | CopyOperation
  | MkdirOperation
  | MergeOperation

/** Layers of an image whose config is known; they are pulled only when a step must run on them. */
export interface ImageOperation {
  readonly kind: 'image'
  /** Fully qualified, as written in the Dockerfile. */
  readonly reference: string
  /** The platform's manifest, or for an image of this store without one its id. */
  readonly digest: Digest
  readonly platform: Platform
  readonly config: ImageConfig
}

/** Files that whoever asks for the build has: the main context (`context`) or a named one. */
export interface ContextOperation {
  readonly kind: 'context'
  readonly name: string
  /** Lines of the ignore file that is in force. */
  readonly ignore: readonly string[]
  /** What steps read of it, as patterns below its root; null is everything. */
  readonly wanted: readonly string[] | null
}

/** A checkout. `commit` was looked up when the build was planned. */
export interface GitOperation {
  readonly kind: 'git'
  readonly remote: string
  readonly ref: string
  readonly commit: string
  readonly subdirectory: string
  readonly keepGitDir: boolean
  readonly submodules: boolean
}

/** A download: one file named `filename`. */
export interface HttpOperation {
  readonly kind: 'http'
  readonly url: string
  readonly filename: string
  readonly checksum: Digest | null
}

/** RUN on the layers of input 0 (null: an empty root). */
export interface ExecOperation {
  readonly kind: 'exec'
  readonly root: number | null
  readonly args: readonly string[]
  /** `NAME=value`; ARGs that are in scope included. */
  readonly env: readonly string[]
  readonly cwd: string
  readonly user: string
  readonly mounts: readonly RunMount[]
  readonly network: 'default' | 'none' | 'host' | { readonly named: string }
  readonly security: 'sandbox' | 'insecure'
  /** Names of build arguments among `env` that explain a changed key. */
  readonly argNames: readonly string[]
  /** `NAME=value` of the proxies given as build arguments, for what `env` does not set: no part of a key. */
  readonly proxyEnv: readonly string[]
}

/** A mount of RUN. `target` is absolute. */
export type RunMount =
  | {
      readonly type: 'bind'
      readonly target: string
      readonly input: number
      readonly source: string
      readonly readOnly: boolean
    }
  | {
      readonly type: 'cache'
      readonly target: string
      /** Names the cache; the same in every build that shares it. */
      readonly id: string
      readonly sharing: 'shared' | 'private' | 'locked'
      /** What an empty cache begins with. */
      readonly from: { readonly input: number; readonly source: string } | null
      readonly readOnly: boolean
      readonly mode: number
      readonly uid: number
      readonly gid: number
    }
  | { readonly type: 'tmpfs'; readonly target: string; readonly sizeBytes: number | null }
  | {
      readonly type: 'secret'
      readonly id: string
      /** Where the file is, or null for a variable alone. */
      readonly target: string | null
      readonly env: string | null
      readonly required: boolean
      readonly mode: number
      readonly uid: number
      readonly gid: number
    }
  | {
      readonly type: 'ssh'
      readonly id: string
      readonly target: string
      readonly required: boolean
      readonly mode: number
      readonly uid: number
      readonly gid: number
    }

/** COPY, ADD and files written inline, on top of input `root` (null: an empty root, as `--link` has it). */
export interface CopyOperation {
  readonly kind: 'copy'
  readonly root: number | null
  readonly sources: readonly CopySource[]
  /** Absolute; a slash at its end says that it is a folder. */
  readonly destination: string
  /**
   * `user`, `uid`, `user:group`: names are looked up in the root's own files. Null keeps the owners that the source
   * has: a folder's says whether they are as on disk or all root's; inline files and downloads are root's.
   */
  readonly chown: string | null
  /** `0644` or `u=rw,go=r`. */
  readonly chmod: string | null
  readonly exclude: readonly string[]
  /** Folders above a source are made too, below the destination; of `a/./b/c` only those after the dot. */
  readonly parents: boolean
  readonly unpack: UnpackRule
}

/** Which sources are unpacked: ADD's local archives, `--unpack`, or none. */
export type UnpackRule = 'never' | 'local-archives' | 'always'

export type CopySource =
  | {
      readonly kind: 'path'
      readonly input: number
      /** Below the input's root without a slash at either end, `.` is all of it; wildcards allowed. */
      readonly path: string
      /** A path without wildcards must be there; a pattern may match nothing. */
      readonly origin: 'local' | 'stage' | 'remote-file' | 'git'
    }
  | { readonly kind: 'inline'; readonly name: string; readonly content: string; readonly mode: number }

/** WORKDIR: the folder and those above it, where they are missing. */
export interface MkdirOperation {
  readonly kind: 'mkdir'
  readonly root: number | null
  readonly path: string
  readonly user: string
}

/** Layers of all inputs, first at the bottom: how `--link` is put on its base. */
export interface MergeOperation {
  readonly kind: 'merge'
}

/** What becomes an image: the last state of a stage. */
export interface PlannedImage {
  readonly stage: string
  readonly platform: Platform
  /** The step whose layers these are; null for a stage of nothing. */
  readonly step: StepId | null
  /** Everything but `rootfs.diff_ids`, `history` times and `created`, which come with the layers. */
  readonly config: ImageConfig
  /** History of this build's instructions, on top of the base's. `step` null adds no layer. */
  readonly history: readonly {
    readonly step: StepId | null
    readonly createdBy: string
    readonly comment: string
  }[]
  /** History of the base image, as it has it. */
  readonly base: { readonly step: StepId; readonly config: ImageConfig } | null
}

/** The whole plan: only what the target needs. */
export interface BuildPlan {
  readonly steps: readonly Step[]
  readonly image: PlannedImage
  readonly warnings: readonly PlanWarning[]
}

/** A lint rule that only a plan can judge (`UndefinedVar`, an unknown build argument). */
export interface PlanWarning {
  readonly rule: string
  readonly message: string
  readonly range: Range | null
}

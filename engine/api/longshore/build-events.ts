/**
 * What a build tells while it runs, one JSON value a line. The builder's own values, of which these are the written
 * form: times are ms since 1970, sizes bytes, places in the Dockerfile count from 1 (columns in UTF-16 units).
 */

/** A place in the Dockerfile; `end` is after the last character. */
export interface SourceRange {
  readonly start: { readonly line: number; readonly column: number }
  readonly end: { readonly line: number; readonly column: number }
}

/** Something to tell the writer of a Dockerfile. An error stops the build; a warning is one of the lint rules. */
export interface BuildProblem {
  readonly severity: 'error' | 'warning'
  /** The lint rule's name (`StageNameCasing`), or `syntax`. */
  readonly rule: string
  readonly message: string
  readonly range: SourceRange
  /** What to write instead, where one is near. */
  readonly suggestion: string | null
}

/** The instruction that a step comes from. */
export interface StepOrigin {
  /** Name of the stage, or its number. */
  readonly stage: string
  /** Number of the instruction in its stage, FROM is 1. */
  readonly ordinal: number
  readonly text: string
  /** Null for a trigger of the base image. */
  readonly range: SourceRange | null
}

/** Why a step ran, or why it did not have to, with a line of text for people. */
export type StepReason =
  | { readonly kind: 'cached'; readonly text: string }
  | { readonly kind: 'new'; readonly text: string }
  /** `what` names what differs from the last time (`src/app.ts`, `ARG VERSION`). */
  | { readonly kind: 'changed'; readonly text: string; readonly what: readonly string[] }
  /** The step it stands on ran anew. */
  | { readonly kind: 'input'; readonly text: string; readonly step: string }
  | { readonly kind: 'asked'; readonly text: string }
  /** The cache had it once and gave it up. */
  | { readonly kind: 'lost'; readonly text: string }

export type StepNow =
  | { readonly state: 'waiting' }
  | { readonly state: 'running'; readonly startedAt: number }
  | { readonly state: 'cached'; readonly startedAt: number; readonly completedAt: number }
  | { readonly state: 'done'; readonly startedAt: number; readonly completedAt: number }
  | {
      readonly state: 'failed'
      readonly startedAt: number
      readonly completedAt: number
      readonly message: string
      /** Of a command; null for what never ran. */
      readonly exitCode: number | null
    }
  | { readonly state: 'cancelled' }

/** A step as a graph shows it; `inputs` are ids of other steps. */
export interface BuildStep {
  readonly id: string
  readonly name: string
  readonly inputs: readonly string[]
  readonly origin: StepOrigin | null
}

export type BuildProgress =
  /** The Dockerfile, as soon as it was read. */
  | { readonly kind: 'dockerfile'; readonly at: number; readonly path: string; readonly text: string }
  /** The graph, once it is known. */
  | { readonly kind: 'steps'; readonly at: number; readonly steps: readonly BuildStep[] }
  | {
      readonly kind: 'step'
      readonly at: number
      readonly id: string
      readonly now: StepNow
      readonly reason: StepReason | null
      /** Unpacked size of the layer that it added; null when unknown or none. */
      readonly layerBytes: number | null
    }
  /** Text that may end within a line. */
  | {
      readonly kind: 'log'
      readonly at: number
      readonly id: string
      readonly stream: 'stdout' | 'stderr'
      readonly text: string
    }
  /** A part of a step: a layer that comes, a context that is sent. `total` 0 is unknown. */
  | {
      readonly kind: 'status'
      readonly at: number
      readonly id: string
      readonly name: string
      readonly current: number
      readonly total: number
      readonly startedAt: number
      readonly completedAt: number | null
    }
  | { readonly kind: 'warning'; readonly at: number; readonly problem: BuildProblem }
  /** The last line of a build that came to its end. */
  | { readonly kind: 'result'; readonly at: number; readonly result: BuildOutcome }
  /** The last line of any other. */
  | { readonly kind: 'failed'; readonly at: number; readonly failure: BuildFailed }

export interface BuildOutcome {
  /** The image's id, where one was made. */
  readonly imageId: string | null
  readonly manifestDigest: string | null
  /** Familiar names that it has now. */
  readonly names: readonly string[]
}

export interface BuildFailed {
  readonly kind: 'failed' | 'cancelled'
  readonly message: string
  readonly origin: StepOrigin | null
  /** The step that failed: a shell may be had in what remains of it. */
  readonly step: string | null
  readonly problems: readonly BuildProblem[]
}

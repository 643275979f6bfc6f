/** What a build tells while it runs. Plain values that can be kept and sent as they are; times in ms since 1970. */
import type { Digest } from '../../oci/descriptor.ts'
import type { Problem } from '../parse/tree.ts'
import type { Origin, StepId } from '../plan/step.ts'

/** Why a step ran, or why it did not have to: each with a line of text for people. */
export type Reason =
  /** Its result was there. */
  | { readonly kind: 'cached'; readonly text: string }
  /** Nothing like it was ever built here. */
  | { readonly kind: 'new'; readonly text: string }
  /** Something that it is made of differs from the last time; `what` names it (`src/app.ts`, `ARG VERSION`). */
  | { readonly kind: 'changed'; readonly text: string; readonly what: readonly string[] }
  /** The step it stands on ran anew. */
  | { readonly kind: 'input'; readonly text: string; readonly step: StepId }
  /** It was asked to (`--no-cache`), or may never be kept. */
  | { readonly kind: 'asked'; readonly text: string }
  /** The cache had it once and gave it up. */
  | { readonly kind: 'lost'; readonly text: string }

export type StepState =
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
  /** Another step failed, or the build was cancelled. */
  | { readonly state: 'cancelled' }

export type BuildEvent =
  /** The Dockerfile, as soon as it was read. */
  | { readonly kind: 'dockerfile'; readonly at: number; readonly path: string; readonly text: string }
  /** The graph, once it is known; steps of the build's own (`[internal] load build definition`) may come before. */
  | { readonly kind: 'steps'; readonly at: number; readonly steps: readonly StepView[] }
  | {
      readonly kind: 'step'
      readonly at: number
      readonly id: StepId
      readonly now: StepState
      readonly reason: Reason | null
      /** Unpacked size of the layer that it added; null as long as that is not known, or for none. */
      readonly layerBytes: number | null
    }
  /** What a step wrote, as text that may end within a line; control characters but \n, \r, \t and ESC are U+FFFD. */
  | {
      readonly kind: 'log'
      readonly at: number
      readonly id: StepId
      readonly stream: 'stdout' | 'stderr'
      readonly text: string
    }
  /** A part of a step: a layer that comes, a context that is sent. `total` 0 is unknown; `completedAt` null goes on. */
  | {
      readonly kind: 'status'
      readonly at: number
      readonly id: StepId
      readonly name: string
      readonly current: number
      readonly total: number
      readonly startedAt: number
      readonly completedAt: number | null
    }
  | { readonly kind: 'warning'; readonly at: number; readonly problem: Problem }
  | { readonly kind: 'result'; readonly at: number; readonly result: BuildResult }
  | { readonly kind: 'failed'; readonly at: number; readonly failure: BuildFailure }

/** A step as a graph shows it. */
export interface StepView {
  readonly id: StepId
  readonly name: string
  readonly inputs: readonly StepId[]
  readonly origin: Origin | null
}

export interface BuildResult {
  /** The image's id, where one was made. */
  readonly imageId: Digest | null
  readonly manifestDigest: Digest | null
  /** Familiar names that it has now. */
  readonly names: readonly string[]
}

/** How a build ended otherwise. */
export interface BuildFailure {
  readonly kind: 'failed' | 'cancelled'
  readonly message: string
  /** Where in the Dockerfile, when it is known. */
  readonly origin: Origin | null
  readonly step: StepId | null
  readonly problems: readonly Problem[]
}

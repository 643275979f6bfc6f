/** Tasks: long work with real progress, that outlives navigation and can be cancelled. */
import { eventIterator, oc, type } from '@orpc/contract'
import * as z from 'zod'
import type { Failure } from './failures.ts'
import { failures } from './failures.ts'

/** One layer of a pull. Bytes; `total` 0 when the engine does not say. */
export interface LayerView {
  readonly id: string
  readonly phase: 'waiting' | 'downloading' | 'downloaded' | 'extracting' | 'done' | 'exists' | 'retrying'
  readonly current: number
  readonly total: number
}

/** One step of a plan that is carried out. */
export interface StepView {
  readonly number: number
  readonly words: string
  readonly state: 'waiting' | 'running' | 'done' | 'failed'
  /** What the engine said, when it failed. */
  readonly error: string | null
}

export interface TaskView {
  readonly id: string
  readonly engine: string
  readonly title: string
  readonly startedAt: string
  readonly state:
    | {
        readonly kind: 'running'
        readonly fraction: number | null
        readonly bytesPerSecond: number | null
        readonly secondsLeft: number | null
      }
    | { readonly kind: 'done'; readonly endedAt: string; readonly result: string }
    | { readonly kind: 'failed'; readonly endedAt: string; readonly failure: Failure }
    | { readonly kind: 'cancelled'; readonly endedAt: string }
  readonly detail:
    | { readonly kind: 'pull'; readonly reference: string; readonly layers: readonly LayerView[] }
    | { readonly kind: 'steps'; readonly project: string; readonly steps: readonly StepView[] }
    /** Its steps are on the page of that build. */
    | { readonly kind: 'build'; readonly build: string }
    | { readonly kind: 'plain' }
  readonly command: string
}

export const tasks = {
  /** All tasks of this session of the services, at once and at each change (at most ten a second). */
  watch: oc.errors(failures).output(eventIterator(type<readonly TaskView[]>())),
  cancel: oc
    .errors(failures)
    .input(z.object({ id: z.string() }))
    .output(type<void>()),
  dismiss: oc
    .errors(failures)
    .input(z.object({ id: z.string() }))
    .output(type<void>()),
}

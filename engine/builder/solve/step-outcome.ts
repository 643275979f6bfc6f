/** How a step of one build turns out. */
import { isEngineError } from '../../errors.ts'
import type { Step } from '../plan/step.ts'
import type { Fact } from './performer.ts'
import type { Value } from './value.ts'

/** How a step turned out. */
export interface Outcome {
  readonly value: Value
  /** False when the cache had it. */
  readonly ran: boolean
}

/** A step that is about to run, and what it will be found by. */
export interface Made {
  readonly step: Step
  readonly content: string
  readonly definition: string
  readonly chains: readonly (string | null)[]
  readonly facts: readonly Fact[] | null
  readonly inputs: readonly Outcome[]
  /** False for one whose files would not stay as they were looked at. */
  readonly steady: boolean
}

/** What was taken is not what was looked at. */
export class SourceMoved extends Error {}

/** The step did not even begin. */
export class InputFailed extends Error {
  constructor(cause: unknown) {
    super(isEngineError(cause) ? cause.message : 'what it needs failed', { cause })
  }
}

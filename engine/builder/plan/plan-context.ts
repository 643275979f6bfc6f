/** What the instructions of a stage are planned with. */
import type { Platform } from '../../oci/descriptor.ts'
import type { InstructionBase, Range, Word } from '../parse/tree.ts'
import type { BuildRequest } from '../request.ts'
import type { Environment } from './environment.ts'
import type { Expander } from './expansion.ts'
import type { PlanGraph } from './graph.ts'
import type { Known } from './known.ts'
import type { StageState } from './stage-state.ts'
import type { Origin, PlanWarning, StepId } from './step.ts'
import type { StepNames } from './step-names.ts'

/** Files that an instruction takes from somewhere. */
export interface Input {
  readonly step: StepId
  readonly origin: 'local' | 'stage'
  /** True for a context: what is read of it is noted, so that no more of it is sent. */
  readonly isContext: boolean
}

/** The plan that is made. */
export interface PlanContext {
  readonly request: BuildRequest
  readonly graph: PlanGraph
  readonly expander: Expander
  readonly globals: Environment
  readonly known: Known
  readonly targetPlatform: Platform
  warn(warning: PlanWarning): void
  /** The build's own context. */
  mainContext(range: Range): Input
  /** A stage, a named context or an image, by the name after `from`; null is `scratch`. */
  named(name: Word, work: Work): Input | null
}

/** A stage under way. */
export interface Work {
  readonly state: StageState
  /** Place of the stage in the file. */
  readonly index: number
  readonly names: StepNames
  /** Number of the instruction in its stage, FROM is 1. */
  readonly ordinal: number
  /** A trigger of the base, at the place of FROM. */
  readonly trigger: Range | null
}

/** Thrown when something has to be looked up before a stage can go on. */
export class Unknown extends Error {}

/** Where an instruction stands: a trigger is not in the file, so its FROM is. */
export function placeOf(work: Work, range: Range): Range {
  return work.trigger ?? range
}

export function originOf(work: Work, { text, range }: InstructionBase): Origin {
  const { ordinal, trigger, state } = work
  return { stage: state.name, ordinal, text, range: trigger === null ? range : null }
}

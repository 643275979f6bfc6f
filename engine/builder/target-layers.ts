/** Layers and times of the steps of a target, also of those that the cache has forgotten. */
import type { Digest } from '../oci/descriptor.ts'
import type { BuildPlan, StepId } from './plan/step.ts'
import type { Solved } from './solve/solver.ts'

/**
 * By step. Of one that was not looked at and has no record any more, it is the layers of the step after it without
 * the last: each adds one.
 */
export function layersOf({ image }: BuildPlan, solved: Solved): (step: StepId) => readonly Digest[] {
  const found = new Map<StepId, readonly Digest[]>()
  const { value } = solved
  let above = value === null || value.kind === 'folder' ? [] : value.diffIds
  if (image.step !== null) found.set(image.step, above)
  for (const { step } of image.history.toReversed()) {
    if (step === null || found.has(step)) continue
    const known = solved.diffIds(step)
    above = known ?? above.slice(0, -1)
    found.set(step, above)
  }
  return (step) => found.get(step) ?? solved.diffIds(step) ?? []
}

/** By step; `now` for what has no time of its own. */
export function madeAt(solved: Solved, now: number): (step: StepId) => number {
  return (step) => solved.madeAt(step) ?? now
}

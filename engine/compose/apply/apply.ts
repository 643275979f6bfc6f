/**
 * Carries a plan out: each step when those before it are done, a few at once, one call of the engine a step. The first
 * failure stops what has not begun; what is under way is finished, and the next plan goes on from there.
 */
import type { EngineClient } from '../../client/client.ts'
import { EngineError } from '../../errors.ts'
import type { Project } from '../load/project.ts'
import { describeAction, type Step } from '../plan/step.ts'
import { act } from './act.ts'

/** What becomes of a step, told as it happens. */
export type Progress =
  | { readonly kind: 'begin'; readonly step: Step }
  | { readonly kind: 'done'; readonly step: Step }
  | { readonly kind: 'failed'; readonly step: Step; readonly error: unknown }

export interface ApplyOptions {
  readonly client: EngineClient
  readonly project: Project
  /** Variables for secrets and configs that come from the environment. */
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly read: (path: string) => Promise<Uint8Array>
  readonly signal: AbortSignal
  readonly told?: (progress: Progress) => void
  /** Steps at once. */
  readonly limit?: number
}

const AT_ONCE = 8

/** Resolves when every step is done. Throws the first failure, with what failed before it. */
export async function apply(steps: readonly Step[], options: ApplyOptions): Promise<void> {
  const done = new Set<number>()
  const waiting = new Set(steps)
  const running = new Set<Promise<void>>()
  let failure: unknown
  const begin = (step: Step) => {
    waiting.delete(step)
    options.told?.({ kind: 'begin', step })
    const work = act(step.action, options).then(
      () => {
        done.add(step.number)
        options.told?.({ kind: 'done', step })
      },
      (error: unknown) => {
        failure ??= error
        options.told?.({ kind: 'failed', step, error })
      },
    )
    const tracked = work.finally(() => running.delete(tracked))
    running.add(tracked)
  }
  while (waiting.size > 0 && failure === undefined && !options.signal.aborted) {
    for (const step of waiting) {
      if (running.size >= (options.limit ?? AT_ONCE)) break
      if (step.after.every((number) => done.has(number))) begin(step)
    }
    if (running.size === 0) throw stuck([...waiting])
    await Promise.race(running)
  }
  await Promise.all(running)
  if (failure !== undefined) throw failure
  if (options.signal.aborted) throw new EngineError('cancelled', 'cancelled: the next plan goes on from here')
}

/** A plan whose steps wait for each other is a defect of the planner. */
function stuck(steps: readonly Step[]): EngineError {
  const names = steps.map(({ action }) => describeAction(action)).join(', ')
  return new EngineError('internal', `these steps wait for each other: ${names}`)
}

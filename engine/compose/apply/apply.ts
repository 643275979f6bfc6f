/**
 * Carries a plan out: each step when those before it are done, a few at once, one call of the engine a step. The first
 * failure stops what has not begun, unless its step says what follows; what is under way is finished, and the next plan
 * goes on from there.
 */
import type { RegistryAccounts } from '../../client/builds.ts'
import type { EngineClient } from '../../client/client.ts'
import type { Credentials } from '../../client/images.ts'
import { EngineError, isEngineError } from '../../errors.ts'
import type { Project } from '../load/project.ts'
import { type Action, describeAction, type Otherwise, type Step } from '../plan/step.ts'
import { act } from './act.ts'

/** What becomes of a step, told as it happens. */
export type Progress = {
  /** Null for what undoes others: it is no step of the plan. */
  readonly number: number | null
  readonly action: Action
} & (
  | { readonly kind: 'begin' | 'done' }
  | { readonly kind: 'failed'; readonly error: unknown }
  /** It failed, and all goes on. */
  | { readonly kind: 'forgiven'; readonly error: unknown }
)

export interface ApplyOptions {
  readonly client: EngineClient
  readonly project: Project
  /** Variables for secrets and configs that come from the environment. */
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly read: (path: string) => Promise<Uint8Array>
  /** The account for an image's registry. */
  readonly account?: (reference: string) => Promise<Credentials | undefined>
  /** Every account that there is: a Dockerfile alone says what its build pulls. */
  readonly accounts?: () => Promise<RegistryAccounts>
  readonly signal: AbortSignal
  readonly told?: (progress: Progress) => void
  /** A line of what a build or a hook writes. */
  readonly output?: (source: string, line: string) => void
  /** Steps at once. */
  readonly limit?: number
}

const AT_ONCE = 8

/** Resolves when every step is done. Throws the first failure, with what was given back because of it. */
export async function apply(steps: readonly Step[], options: ApplyOptions): Promise<void> {
  const done = new Set<number>()
  const waiting = new Set(steps)
  const running = new Set<Promise<void>>()
  const failures = new Map<string, number>()
  let failure: { readonly error: unknown; readonly step: Step } | undefined
  const begin = (step: Step) => {
    const { action, number } = step
    waiting.delete(step)
    options.told?.({ kind: 'begin', number, action })
    const work = act(action, options).then(
      () => {
        done.add(number)
        options.told?.({ kind: 'done', number, action })
      },
      (error: unknown) => {
        if (!options.signal.aborted && isForgiven(step, failures)) {
          done.add(number)
          options.told?.({ kind: 'forgiven', number, action, error })
          return
        }
        failure ??= { error, step }
        options.told?.({ kind: 'failed', number, action, error })
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
  if (options.signal.aborted) throw new EngineError('cancelled', 'cancelled: the next plan goes on from here')
  if (failure) throw await undone(failure, options)
}

/** Failures of one service go on as long as its update allows them. */
function isForgiven({ action, otherwise }: Step, failures: Map<string, number>): boolean {
  if (!otherwise) return false
  if (otherwise.kind === 'continue') return true
  const service = 'service' in action ? action.service : ''
  const count = (failures.get(service) ?? 0) + 1
  failures.set(service, count)
  return count <= otherwise.allowed
}

/** Gives back what the failed step says; the error tells of both. */
async function undone(
  { error, step }: { readonly error: unknown; readonly step: Step },
  options: ApplyOptions,
): Promise<unknown> {
  const undo = undoOf(step.otherwise)
  if (undo.length === 0) return error
  const back: string[] = []
  for (const group of undo) {
    await Promise.all(
      group.map(async (action) => {
        options.told?.({ kind: 'begin', number: null, action })
        try {
          await act(action, options)
          if (action.kind === 'restore') back.push(action.name)
          options.told?.({ kind: 'done', number: null, action })
        } catch (failed) {
          options.told?.({ kind: 'failed', number: null, action, error: failed })
        }
      }),
    )
  }
  const why = error instanceof Error ? error.message : String(error)
  const names = back.toSorted().join(', ')
  return new EngineError(
    isEngineError(error) ? error.kind : 'internal',
    back.length > 0
      ? `${why}; rolled back: ${names} ${back.length > 1 ? 'are' : 'is'} as before`
      : `${why}; and it could not be rolled back`,
    { cause: error },
  )
}

function undoOf(otherwise: Otherwise | undefined): readonly (readonly Action[])[] {
  return otherwise?.kind === 'rollback' ? otherwise.undo : []
}

/** A plan whose steps wait for each other is a defect of the planner. */
function stuck(steps: readonly Step[]): EngineError {
  const names = steps.map(({ action }) => describeAction(action)).join(', ')
  return new EngineError('internal', `these steps wait for each other: ${names}`)
}

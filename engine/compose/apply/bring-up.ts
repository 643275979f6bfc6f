/** Carries the plan of an `up` out. What a pull or a build changes is looked at again before containers are judged by it. */
import { EngineError } from '../../errors.ts'
import type { Plan, UpOptions } from '../plan/draft.ts'
import type { Observed } from '../plan/observed.ts'
import { planUp } from '../plan/up.ts'
import { type ApplyOptions, apply } from './apply.ts'

/** `planned` is told of the plan that follows the images. Throws `not-found` for what a plan says cannot be done, else as `apply`. */
export async function bringUp(
  plan: Plan,
  up: UpOptions,
  options: ApplyOptions,
  observe: () => Promise<Observed>,
  planned: (plan: Plan) => void = () => {},
): Promise<void> {
  refuse(plan)
  const images = plan.steps.filter(({ action }) => action.kind === 'pull' || action.kind === 'build')
  const kept = plan.changes.some(({ kind, verb }) => kind === 'container' && verb !== 'create')
  if (images.length === 0 || !kept) return apply(plan.steps, options)
  await apply(images, options)
  const again = planUp(options.project, await observe(), { ...up, pull: 'never', build: 'never' })
  planned(again)
  refuse(again)
  await apply(again.steps, options)
}

/** Throws what stands against a plan. */
export function refuse({ refusals }: Plan): void {
  if (refusals.length > 0) throw new EngineError('not-found', refusals.join('\n'))
}

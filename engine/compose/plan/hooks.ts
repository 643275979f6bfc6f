/** Lifecycle hooks as steps (spec 05, post_start and pre_stop). */
import type { Service } from '../load/project.ts'
import type { Otherwise, Steps } from './step.ts'

/** Hooks after a start; gives the last step, the start itself when there are none. */
export function afterStart(
  steps: Steps,
  service: Service | undefined,
  name: string,
  started: number,
  fails?: Otherwise,
): number {
  let last = started
  for (const hook of service?.post_start ?? []) {
    const action = {
      kind: 'hook',
      phase: 'post_start',
      service: service?.name ?? '',
      name,
      shown: name,
      hook,
    } as const
    last = steps.add(action, [last], fails)
  }
  return last
}

/** Hooks before a stop, which comes after what is given back. One that fails stops nobody from stopping. */
export function beforeStop(
  steps: Steps,
  service: Service | undefined,
  { id, name }: { readonly id: string; readonly name: string },
  after: readonly (number | undefined)[],
): readonly (number | undefined)[] {
  let before = after
  for (const hook of service?.pre_stop ?? []) {
    const action = {
      kind: 'hook',
      phase: 'pre_stop',
      service: service?.name ?? '',
      name: id,
      shown: name,
      hook,
    } as const
    before = [steps.add(action, before, { kind: 'continue' })]
  }
  return before
}

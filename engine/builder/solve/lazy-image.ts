/** An image's layers are brought when a step needs them, and that is told as work of the image's own step. */
import type { Digest } from '../../oci/descriptor.ts'
import type { Performed } from './performer.ts'
import type { StepEvents } from './step-events.ts'
import type { Value } from './value.ts'

/** The value, whose `fetch` tells of itself and runs once. */
export function lazily(
  { value }: Performed,
  events: StepEvents,
  has: (diffIds: readonly Digest[]) => Promise<boolean>,
): Value {
  if (value.kind !== 'image') return value
  let once: Promise<void> | null = null
  const fetch = async () => {
    const here = await has(value.diffIds)
    if (!here) events.running({ kind: 'asked', text: 'a step needs its files' })
    try {
      await value.fetch()
    } catch (error) {
      events.failed(error instanceof Error ? error.message : String(error), null)
      throw error
    }
    if (here) events.cached({ kind: 'cached', text: 'its files are here' }, null)
    else events.done(null)
  }
  return {
    ...value,
    fetch: () => {
      once ??= fetch()
      return once
    },
  }
}

/** Places in Dockerfiles: what stands at one is compared with what stood there in the build before. */
import { createHash } from 'node:crypto'
import type { Step, StepId } from '../plan/step.ts'

/** By step: Dockerfile, stage, instruction, and which of its steps. The same in the next build. */
export function nameSlots(steps: readonly Step[], dockerfile: string): ReadonlyMap<StepId, string> {
  const slots = new Map<StepId, string>()
  const counts = new Map<string, number>()
  for (const { id, name, origin, operation } of steps) {
    const place = origin ? [origin.stage, origin.ordinal, operation.kind] : [name]
    const text = JSON.stringify([dockerfile, ...place])
    const count = counts.get(text) ?? 0
    counts.set(text, count + 1)
    slots.set(id, createHash('sha256').update(`${text} ${count}`).digest('hex').slice(0, 32))
  }
  return slots
}

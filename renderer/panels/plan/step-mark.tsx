/** How far a step is, as colour, shape and word. */
import { CircleCheck, CircleDashed, CircleX } from 'lucide-react'
import type { StepView } from '../../rpc/views.ts'
import { ProgressRing } from '../../ui/progress.tsx'

type State = StepView['state']

/** Several steps of one thing: failed when one failed, done when all are. */
export function stateOfSteps(steps: readonly StepView[]): State {
  if (steps.some(({ state }) => state === 'failed')) return 'failed'
  if (steps.every(({ state }) => state === 'done')) return 'done'
  return steps.some(({ state }) => state !== 'waiting') ? 'running' : 'waiting'
}

export function StepMark(props: { readonly state: State }) {
  switch (props.state) {
    case 'waiting':
      return <CircleDashed role="img" aria-label="waits" className="size-4 text-muted" />
    case 'running':
      return <ProgressRing fraction={null} />
    case 'done':
      return <CircleCheck role="img" aria-label="done" className="size-4 text-ok-text" />
    case 'failed':
      return <CircleX role="img" aria-label="failed" className="size-4 text-bad-text" />
  }
}

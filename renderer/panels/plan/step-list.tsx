/** The steps of a plan that is carried out, each with how far it is. */
import type { StepView } from '../../rpc/views.ts'
import { cx } from '../../ui/cx.ts'
import { StepMark } from './step-mark.tsx'

export function StepList(props: { readonly steps: readonly StepView[] }) {
  return (
    <ol className="flex flex-col gap-1">
      {props.steps.map((step) => (
        <li key={step.number} className="flex items-start gap-2 text-12">
          <span className="mt-0.5 shrink-0 [&_svg]:size-3.5">
            <StepMark state={step.state} />
          </span>
          <span className={cx('min-w-0 break-words', step.state === 'waiting' ? 'text-muted' : 'text-text')}>
            {step.words}
            {step.error && <span className="block text-bad-text">{step.error}</span>}
          </span>
        </li>
      ))}
    </ol>
  )
}

/** What an apply would do, what one is doing, and how the last one went. */
import { useState } from 'react'
import { isIdle, PlanCommand, PlanList, planWords } from '../../panels/plan/plan-view.tsx'
import { StepList } from '../../panels/plan/step-list.tsx'
import { useClient } from '../../rpc/session.tsx'
import type { TaskView } from '../../rpc/views.ts'
import { Age } from '../../ui/age.tsx'
import { Button } from '../../ui/button.tsx'
import { Callout, ErrorNote } from '../../ui/callout.tsx'
import { Checkbox } from '../../ui/checkbox.tsx'
import { cx } from '../../ui/cx.ts'
import { Progress } from '../../ui/progress.tsx'
import { Scroll } from '../../ui/scroll.tsx'
import type { ComposeTabProps } from './compose-tab.tsx'

export function PlanPane(props: ComposeTabProps) {
  const { planning, task, problems } = props
  const { answer } = planning
  const plan = answer?.kind === 'plan' ? answer.plan : undefined
  const wrong = problems.filter(({ severity }) => severity === 'error')
  const running = task?.state.kind === 'running'
  const hasOrphans =
    props.orphans ||
    (plan?.changes.some(({ verb, reasons }) => verb === 'warn' && /no service/.test(reasons.join())) ?? false)
  return (
    <Scroll label="Plan" className="flex flex-col gap-3 border-l border-line bg-page px-4 py-3.5">
      {running && task ? (
        <Deploying task={task} />
      ) : (
        <>
          <div className="flex items-baseline gap-2.5">
            <h2 className="text-15 font-semibold">Plan</h2>
            <p role="status" className="min-w-0 text-muted">
              {wrong.length > 0
                ? 'there is none while the files have errors'
                : plan
                  ? planWords(plan)
                  : planning.failure
                    ? ''
                    : 'looking at the engine'}
            </p>
          </div>
          {props.failure && <ErrorNote trouble={props.failure} />}
          {planning.failure && <ErrorNote trouble={planning.failure} />}
          {task && <LastDeploy task={task} />}
          {wrong[0] && (
            <Callout kind="bad">
              Line {wrong[0].line}: {wrong[0].message}
              {wrong[0].remedy && <span className="text-soft">; {wrong[0].remedy}</span>}
            </Callout>
          )}
          {plan && wrong.length === 0 && (
            <div
              aria-busy={planning.old}
              className={cx('flex flex-col gap-3', planning.old && 'opacity-60 transition-opacity delay-300')}
            >
              <PlanList plan={plan} />
              {hasOrphans && (
                <Checkbox checked={props.orphans} onChange={props.onOrphans}>
                  Remove containers of services that are gone
                </Checkbox>
              )}
              {!isIdle(plan) && <PlanCommand command={plan.command} />}
            </div>
          )}
        </>
      )}
    </Scroll>
  )
}

function Deploying(props: { readonly task: TaskView }) {
  const { task } = props
  const client = useClient()
  if (task.detail.kind !== 'steps' || task.state.kind !== 'running') return null
  const { steps } = task.detail
  const done = steps.filter(({ state }) => state === 'done').length
  return (
    <>
      <div className="flex items-baseline gap-2.5">
        <h2 className="text-15 font-semibold">Applying</h2>
        <p role="status" className="figures min-w-0 flex-1 text-muted">
          {done} of {steps.length} steps
        </p>
        <Button size="small" onClick={() => void client.tasks.cancel({ id: task.id }).catch(() => {})}>
          Cancel
        </Button>
      </div>
      <Progress label={task.title} fraction={task.state.fraction} />
      <StepList steps={steps} />
      <p className="text-12 text-muted">It goes on when you leave this page; the task centre has it too.</p>
    </>
  )
}

/** The result stands here until the next one, its steps folded. */
function LastDeploy(props: { readonly task: TaskView }) {
  const { task } = props
  const client = useClient()
  const [open, setOpen] = useState(false)
  if (task.detail.kind !== 'steps' || task.state.kind === 'running') return null
  const { steps } = task.detail
  const { state } = task
  const dismiss = (
    <Button
      size="small"
      kind="quiet"
      onClick={() => void client.tasks.dismiss({ id: task.id }).catch(() => {})}
    >
      Close
    </Button>
  )
  const details = (
    <details
      open={open}
      onToggle={(event) => setOpen(event.currentTarget.open)}
      className="text-12 text-muted"
    >
      <summary className="w-fit rounded">
        {steps.filter((step) => step.state === 'done').length} of {steps.length} steps done
      </summary>
      <div className="pt-1">
        <StepList steps={steps} />
      </div>
    </details>
  )
  switch (state.kind) {
    case 'failed':
      return (
        <div className="flex flex-col gap-2">
          <ErrorNote trouble={state.failure} act={dismiss} />
          <p className="text-12 text-muted">
            The plan below goes on from what is there now: apply it to try again.
          </p>
          {details}
        </div>
      )
    case 'cancelled':
      return (
        <Callout kind="warn" act={dismiss}>
          Cancelled <Age iso={state.endedAt} ago />. The plan below goes on from here.
          {details}
        </Callout>
      )
    case 'done':
      return (
        <div className="flex items-start gap-2 rounded-lg border border-line px-3 py-2 text-12">
          <div className="min-w-0 flex-1">
            <p className="text-ok-text">
              <span className="first-letter:uppercase">{state.result}</span>, <Age iso={state.endedAt} ago />
            </p>
            {details}
          </div>
          {dismiss}
        </div>
      )
  }
}

/** More or fewer containers of a service: the plan of it, before it is done. */
import { useState } from 'react'
import { isIdle, isRefused, PlanCommand, PlanList, planWords } from '../../panels/plan/plan-view.tsx'
import { failureOf } from '../../rpc/failure-of.ts'
import { useClient } from '../../rpc/session.tsx'
import type { Failure, Intent, ProjectRow } from '../../rpc/views.ts'
import { Button } from '../../ui/button.tsx'
import { Callout, ErrorNote } from '../../ui/callout.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Field, SubmitOnEnter, TextInput } from '../../ui/field.tsx'
import { usePlan } from './use-plan.ts'

export function ScaleDialog(props: {
  readonly engine: string
  readonly row: ProjectRow
  readonly service: string
  readonly count: number
  readonly onClose: () => void
}) {
  const { engine, row, service } = props
  const client = useClient()
  const [text, setText] = useState(String(props.count))
  const [busy, setBusy] = useState(false)
  const [failure, setFailure] = useState<Failure | null>(null)
  const valid = /^\d{1,3}$/.test(text)
  const intent: Intent = { kind: 'up', services: [service], scale: { [service]: Number(text) } }
  const planning = usePlan(engine, row.name, {}, intent, '', valid)
  const { answer } = planning
  const plan = answer?.kind === 'plan' ? answer.plan : undefined
  const ready = valid && plan !== undefined && !planning.old && !busy && !isIdle(plan) && !isRefused(plan)
  const apply = async () => {
    if (!plan || !ready) return
    setBusy(true)
    try {
      const { fingerprint } = plan
      await client.projects.apply({ engine, name: row.name, texts: {}, intent, fingerprint })
      props.onClose()
    } catch (error) {
      setFailure(failureOf(error))
      setBusy(false)
      planning.again()
    }
  }
  return (
    <Dialog
      open
      onClose={props.onClose}
      title={`Scale ${service}`}
      foot={
        <>
          <Button kind="quiet" onClick={props.onClose}>
            Cancel
          </Button>
          <Button kind="primary" disabled={!ready} onClick={() => void apply()}>
            Apply plan
          </Button>
        </>
      }
    >
      <form
        className="flex min-h-0 flex-col gap-3 overflow-y-auto px-5 py-4"
        onSubmit={(event) => {
          event.preventDefault()
          void apply()
        }}
      >
        <Field
          label="Containers"
          hint="Until the next up: the compose file says otherwise unless it has scale."
          error={valid ? undefined : 'Write a number from 0 to 999.'}
        >
          {(ids) => (
            <TextInput
              {...ids}
              inputMode="numeric"
              value={text}
              aria-invalid={!valid}
              onChange={(event) => setText(event.target.value)}
              className="w-24"
            />
          )}
        </Field>
        {failure && <ErrorNote trouble={failure} />}
        {planning.failure && <ErrorNote trouble={planning.failure} />}
        {answer?.kind === 'problems' && (
          <Callout kind="bad">Its files do not load: {answer.problems[0]?.message}.</Callout>
        )}
        {plan && (
          <>
            <p className="text-muted">{planWords(plan)}</p>
            <PlanList plan={plan} />
            <PlanCommand command={plan.command} />
          </>
        )}
        <SubmitOnEnter />
      </form>
    </Dialog>
  )
}

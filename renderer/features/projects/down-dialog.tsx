/** Asks before a project is taken down by naming exactly what goes and what stays. */
import { useState } from 'react'
import { PlanCommand } from '../../panels/plan/plan-view.tsx'
import { failureOf } from '../../rpc/failure-of.ts'
import { useClient } from '../../rpc/session.tsx'
import type { Failure, PlanChange, ProjectRow } from '../../rpc/views.ts'
import { Button } from '../../ui/button.tsx'
import { Callout, ErrorNote } from '../../ui/callout.tsx'
import { Checkbox } from '../../ui/checkbox.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { usePlan } from './use-plan.ts'

export function DownDialog(props: {
  readonly engine: string
  readonly row: ProjectRow
  readonly onClose: (task: string | null) => void
}) {
  const { engine, row } = props
  const client = useClient()
  const [volumes, setVolumes] = useState(false)
  const [busy, setBusy] = useState(false)
  const [failure, setFailure] = useState<Failure | null>(null)
  const intent = { kind: 'down', volumes, removeOrphans: true } as const
  const world = row.services.map(({ name, running }) => `${name}${running}`).join()
  const planning = usePlan(engine, row.name, {}, intent, world, true)
  const { answer } = planning
  const plan = answer?.kind === 'plan' ? answer.plan : undefined
  const down = async () => {
    if (!plan) return
    setBusy(true)
    setFailure(null)
    try {
      const { task } = await client.projects.apply({
        engine,
        name: row.name,
        texts: {},
        intent,
        fingerprint: plan.fingerprint,
      })
      props.onClose(task)
    } catch (error) {
      setFailure(failureOf(error))
      setBusy(false)
      planning.again()
    }
  }
  const goes = plan?.changes.filter(({ verb }) => verb === 'remove') ?? []
  const stays = plan?.changes.filter(({ verb }) => verb !== 'remove') ?? []
  return (
    <Dialog
      open
      onClose={() => props.onClose(null)}
      title={`Take ${row.name} down`}
      width={560}
      foot={
        <>
          <Button kind="quiet" onClick={() => props.onClose(null)}>
            Cancel
          </Button>
          <Button
            kind="danger"
            disabled={!plan || planning.old || busy || goes.length === 0}
            onClick={() => void down()}
          >
            {volumes ? 'Take down with its volumes' : 'Take down'}
          </Button>
        </>
      }
    >
      <div className="flex min-h-0 flex-col gap-4 overflow-y-auto px-5 py-4">
        {planning.failure && <ErrorNote trouble={planning.failure} />}
        {answer?.kind === 'problems' && (
          <Callout kind="bad">
            Its files do not load: {answer.problems[0]?.message}. Correct them first.
          </Callout>
        )}
        {failure && <ErrorNote trouble={failure} />}
        {plan && (
          <>
            <Lines title="Removes" changes={goes} none="Nothing: nothing of it is there." />
            <Lines title="Keeps" changes={stays} none="Nothing else is its own. Its files and images stay." />
            <Checkbox checked={volumes} onChange={setVolumes}>
              Remove its volumes too
            </Checkbox>
            {volumes && goes.some(({ kind }) => kind === 'volume') && (
              <Callout kind="warn">What is in these volumes is lost; nothing brings it back.</Callout>
            )}
            <PlanCommand command={plan.command} />
          </>
        )}
      </div>
    </Dialog>
  )
}

function Lines(props: {
  readonly title: string
  readonly changes: readonly PlanChange[]
  readonly none: string
}) {
  return (
    <div>
      <h3 className="mb-1 text-12 font-medium text-muted">{props.title}</h3>
      {props.changes.length === 0 && <p className="text-soft">{props.none}</p>}
      <ul className="flex flex-col gap-0.5">
        {props.changes.map((change) => (
          <li key={`${change.kind} ${change.name}`} className="break-words">
            {change.kind} <span className="font-mono text-12">{change.name}</span>
            {change.verb === 'remove' && change.kind === 'container' && change.reasons[0] && (
              <span className="text-muted">, {change.reasons[0]}</span>
            )}
          </li>
        ))}
      </ul>
    </div>
  )
}

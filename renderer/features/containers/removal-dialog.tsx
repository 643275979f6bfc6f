/** Asks before a removal by naming exactly what goes and what stays. */
import { useQueries } from '@tanstack/react-query'
import { useState } from 'react'
import { removeContainer } from '../../panels/containers/acts.ts'
import { failureOf } from '../../rpc/failure-of.ts'
import { useClient } from '../../rpc/session.tsx'
import type { ContainerRow } from '../../rpc/views.ts'
import { Button } from '../../ui/button.tsx'
import { Callout, ErrorNote } from '../../ui/callout.tsx'
import { Dialog } from '../../ui/dialog.tsx'

export function RemovalDialog(props: {
  readonly engine: string
  readonly rows: readonly ContainerRow[]
  readonly onClose: (removed: boolean) => void
}) {
  const client = useClient()
  const [busy, setBusy] = useState(false)
  const plans = useQueries({
    queries: props.rows.map((row) => ({
      queryKey: ['removal', props.engine, row.id],
      queryFn: () => client.containers.removalPlan({ engine: props.engine, id: row.id }),
      gcTime: 0,
    })),
  })
  const failed = plans.find((plan) => plan.error)
  const ready = plans.every((plan) => plan.data)
  const removes = plans.flatMap((plan) => plan.data?.removes ?? [])
  const keeps = [...new Set(plans.flatMap((plan) => plan.data?.keeps ?? []))]
  const running = plans.filter((plan) => plan.data?.running).length
  const one = props.rows.length === 1 ? props.rows[0] : undefined
  const remove = async () => {
    setBusy(true)
    // The rows say how it goes; a failure stays at its row.
    props.onClose(true)
    await Promise.all(
      props.rows.map((row, index) =>
        removeContainer(client, props.engine, row.id, plans[index]?.data?.running ?? false),
      ),
    )
  }
  return (
    <Dialog
      open
      onClose={() => props.onClose(false)}
      title={one ? `Remove ${one.name}` : `Remove ${props.rows.length} containers`}
      foot={
        <>
          <Button kind="quiet" onClick={() => props.onClose(false)}>
            Cancel
          </Button>
          <Button kind="danger" disabled={!ready || busy} onClick={() => void remove()}>
            {running > 0 ? 'Kill and remove' : 'Remove'}
          </Button>
        </>
      }
    >
      <div className="flex min-h-0 flex-col gap-4 overflow-y-auto px-5 py-4">
        {failed && <ErrorNote trouble={failureOf(failed.error)} />}
        {running > 0 && (
          <Callout kind="warn">
            {one ? 'It is running and will be killed.' : `${running} of them are running and will be killed.`}
          </Callout>
        )}
        {removes.length > 0 && <Lines title="Removes" lines={removes} />}
        {keeps.length > 0 && <Lines title="Keeps" lines={keeps} />}
      </div>
    </Dialog>
  )
}

function Lines(props: { readonly title: string; readonly lines: readonly string[] }) {
  return (
    <div>
      <h3 className="mb-1 text-12 font-medium text-muted">{props.title}</h3>
      <ul className="flex flex-col gap-0.5">
        {props.lines.map((line) => (
          <li key={line} className="break-words">
            {line}
          </li>
        ))}
      </ul>
    </div>
  )
}

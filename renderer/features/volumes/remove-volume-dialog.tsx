/** Asks before a volume is removed, which takes its data for good. */
import { useState } from 'react'
import { failureOf } from '../../rpc/failure-of.ts'
import { useClient } from '../../rpc/session.tsx'
import type { Failure, VolumeRow } from '../../rpc/views.ts'
import { Button } from '../../ui/button.tsx'
import { Callout, ErrorNote } from '../../ui/callout.tsx'
import { Dialog } from '../../ui/dialog.tsx'

export function RemoveVolumeDialog(props: {
  readonly engine: string
  readonly row: VolumeRow
  readonly onClose: () => void
}) {
  const { row } = props
  const client = useClient()
  const [failure, setFailure] = useState<Failure | null>(null)
  const used = row.usedBy.length > 0
  const remove = () =>
    client.volumes
      .remove({ engine: props.engine, name: row.name, force: false })
      .then(props.onClose, (error: unknown) => setFailure(failureOf(error)))
  return (
    <Dialog
      open
      onClose={props.onClose}
      title={row.anonymous ? 'Remove volume without a name' : `Remove volume ${row.name}`}
      foot={
        <>
          <Button kind="quiet" onClick={props.onClose}>
            Cancel
          </Button>
          <Button kind="danger" disabled={used} onClick={() => void remove()}>
            Remove with its data
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-3 px-5 py-4">
        {used && (
          <Callout kind="warn">
            {row.usedBy.join(', ')} {row.usedBy.length === 1 ? 'uses' : 'use'} it. Remove{' '}
            {row.usedBy.length === 1 ? 'that container' : 'those containers'} first.
          </Callout>
        )}
        <p className="break-words">
          Removes volume <code className="break-all font-mono text-12">{row.name}</code> and every file in it.
          This cannot be undone.
        </p>
        <p className="text-soft">Keeps every container, image and other volume.</p>
        {failure && <ErrorNote trouble={failure} />}
      </div>
    </Dialog>
  )
}

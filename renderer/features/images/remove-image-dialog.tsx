/** Asks before an image is removed: which names go, how much, and who still uses it. */
import { useState } from 'react'
import { formatBytes } from '../../lib/bytes.ts'
import { failureOf } from '../../rpc/failure-of.ts'
import { useClient } from '../../rpc/session.tsx'
import type { Failure, ImageRow } from '../../rpc/views.ts'
import { Button } from '../../ui/button.tsx'
import { Callout, ErrorNote } from '../../ui/callout.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { shortId } from './reference.ts'

export function RemoveImageDialog(props: {
  readonly engine: string
  readonly row: ImageRow
  readonly onClose: () => void
}) {
  const { row } = props
  const client = useClient()
  const [failure, setFailure] = useState<Failure | null>(null)
  const [busy, setBusy] = useState(false)
  const used = row.usedBy.length > 0
  const remove = async () => {
    setBusy(true)
    setFailure(null)
    try {
      // By id, force is what takes an image of several names.
      await client.images.remove({ engine: props.engine, id: row.id, force: row.tags.length > 1 })
      props.onClose()
    } catch (error) {
      setFailure(failureOf(error))
      setBusy(false)
    }
  }
  return (
    <Dialog
      open
      onClose={props.onClose}
      title={`Remove ${row.tags[0] ?? `image ${shortId(row.id)}`}`}
      foot={
        <>
          <Button kind="quiet" onClick={props.onClose}>
            Cancel
          </Button>
          <Button kind="danger" disabled={busy || used} onClick={() => void remove()}>
            Remove
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-3 px-5 py-4">
        {used && (
          <Callout kind="warn">
            {row.usedBy.join(', ')} {row.usedBy.length === 1 ? 'was' : 'were'} made from it. Remove{' '}
            {row.usedBy.length === 1 ? 'that container' : 'those containers'} first.
          </Callout>
        )}
        <div>
          <h3 className="mb-1 text-12 font-medium text-muted">Removes</h3>
          {row.tags.map((tag) => (
            <p key={tag} className="break-all font-mono text-12 leading-5">
              {tag}
            </p>
          ))}
          <p>Its layers that no other image shares, at most {formatBytes(row.sizeBytes)}.</p>
        </div>
        <div>
          <h3 className="mb-1 text-12 font-medium text-muted">Keeps</h3>
          <p>Layers that other images share, and everything in registries.</p>
        </div>
        {failure && <ErrorNote trouble={failure} />}
      </div>
    </Dialog>
  )
}

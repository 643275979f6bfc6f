/** Gives a container another name. */
import { useState } from 'react'
import { failureOf } from '../../rpc/failure-of.ts'
import { useClient } from '../../rpc/session.tsx'
import type { ContainerRow, Failure } from '../../rpc/views.ts'
import { Button } from '../../ui/button.tsx'
import { ErrorNote } from '../../ui/callout.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Field, SubmitOnEnter, TextInput } from '../../ui/field.tsx'

export function RenameDialog(props: {
  readonly engine: string
  readonly row: ContainerRow
  readonly onClose: () => void
}) {
  const client = useClient()
  const [name, setName] = useState(props.row.name)
  const [failure, setFailure] = useState<Failure | null>(null)
  const rename = () =>
    client.containers
      .rename({ engine: props.engine, id: props.row.id, name: name.trim() })
      .then(props.onClose, (error: unknown) => setFailure(failureOf(error)))
  return (
    <Dialog
      open
      onClose={props.onClose}
      title={`Rename ${props.row.name}`}
      width={420}
      foot={
        <>
          <Button kind="quiet" onClick={props.onClose}>
            Cancel
          </Button>
          <Button
            kind="primary"
            disabled={name.trim() === '' || name.trim() === props.row.name}
            onClick={() => void rename()}
          >
            Rename
          </Button>
        </>
      }
    >
      <form
        className="flex flex-col gap-3 px-5 py-4"
        onSubmit={(event) => {
          event.preventDefault()
          void rename()
        }}
      >
        <Field label="Name">
          {(ids) => <TextInput {...ids} value={name} onChange={(event) => setName(event.target.value)} />}
        </Field>
        {failure && <ErrorNote trouble={failure} />}
        <SubmitOnEnter />
      </form>
    </Dialog>
  )
}

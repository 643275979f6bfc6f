/** Gives an image one more name. */
import { useState } from 'react'
import { failureOf } from '../../rpc/failure-of.ts'
import { useClient } from '../../rpc/session.tsx'
import type { Failure, ImageRow } from '../../rpc/views.ts'
import { Button } from '../../ui/button.tsx'
import { ErrorNote } from '../../ui/callout.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Field, SubmitOnEnter, TextInput } from '../../ui/field.tsx'

export function TagDialog(props: {
  readonly engine: string
  readonly row: ImageRow
  readonly onClose: () => void
}) {
  const client = useClient()
  const [reference, setReference] = useState('')
  const [failure, setFailure] = useState<Failure | null>(null)
  const tag = () =>
    client.images
      .tag({ engine: props.engine, id: props.row.id, reference: reference.trim() })
      .then(props.onClose, (error: unknown) => setFailure(failureOf(error)))
  return (
    <Dialog
      open
      onClose={props.onClose}
      title="Tag image"
      width={440}
      foot={
        <>
          <Button kind="quiet" onClick={props.onClose}>
            Cancel
          </Button>
          <Button kind="primary" disabled={reference.trim() === ''} onClick={() => void tag()}>
            Tag
          </Button>
        </>
      }
    >
      <form
        className="flex flex-col gap-3 px-5 py-4"
        onSubmit={(event) => {
          event.preventDefault()
          void tag()
        }}
      >
        <Field label="New name and tag" hint="An image of that name keeps its files but loses the name.">
          {(ids) => (
            <TextInput
              {...ids}
              mono
              placeholder="registry.example/shop-api:1.0"
              value={reference}
              onChange={(event) => setReference(event.target.value)}
            />
          )}
        </Field>
        {failure && <ErrorNote trouble={failure} />}
        <SubmitOnEnter />
      </form>
    </Dialog>
  )
}

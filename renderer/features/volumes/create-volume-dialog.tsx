/** Creates a volume. */
import { useState } from 'react'
import { failureOf } from '../../rpc/failure-of.ts'
import { useClient } from '../../rpc/session.tsx'
import type { Failure } from '../../rpc/views.ts'
import { Button } from '../../ui/button.tsx'
import { ErrorNote } from '../../ui/callout.tsx'
import { CommandBlock } from '../../ui/command-block.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Field, SubmitOnEnter, TextInput } from '../../ui/field.tsx'

/** Closes with the new volume's name, or with null. */
export function CreateVolumeDialog(props: {
  readonly engine: string
  readonly onClose: (name: string | null) => void
}) {
  const client = useClient()
  const [name, setName] = useState('')
  const [failure, setFailure] = useState<Failure | null>(null)
  const create = () =>
    client.volumes.create({ engine: props.engine, name: name.trim() }).then(
      (done) => props.onClose(done.name),
      (error: unknown) => setFailure(failureOf(error)),
    )
  return (
    <Dialog
      open
      onClose={() => props.onClose(null)}
      title="Create volume"
      width={440}
      foot={
        <>
          <Button kind="quiet" onClick={() => props.onClose(null)}>
            Cancel
          </Button>
          <Button kind="primary" disabled={name.trim() === ''} onClick={() => void create()}>
            Create
          </Button>
        </>
      }
    >
      <form
        className="flex flex-col gap-3 px-5 py-4"
        onSubmit={(event) => {
          event.preventDefault()
          if (name.trim() !== '') void create()
        }}
      >
        <Field label="Name">
          {(ids) => (
            <TextInput
              {...ids}
              mono
              placeholder="shop_db"
              value={name}
              onChange={(event) => setName(event.target.value)}
            />
          )}
        </Field>
        {failure && <ErrorNote trouble={failure} />}
        <CommandBlock text={`docker volume create ${name.trim() || 'shop_db'}`} />
        <SubmitOnEnter />
      </form>
    </Dialog>
  )
}

/** Asks for a compose file that is there. */
import { useState } from 'react'
import { failureOf } from '../../rpc/failure-of.ts'
import { useClient } from '../../rpc/session.tsx'
import type { Failure } from '../../rpc/views.ts'
import { Button } from '../../ui/button.tsx'
import { ErrorNote } from '../../ui/callout.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Field, SubmitOnEnter, TextInput } from '../../ui/field.tsx'

/** Closes with the project's name, or null. */
export function OpenDialog(props: {
  readonly engine: string
  readonly onClose: (name: string | null) => void
}) {
  const client = useClient()
  const [path, setPath] = useState('')
  const [busy, setBusy] = useState(false)
  const [failure, setFailure] = useState<Failure | null>(null)
  const open = async () => {
    setBusy(true)
    setFailure(null)
    try {
      const { name } = await client.projects.open({ engine: props.engine, path })
      props.onClose(name)
    } catch (error) {
      setFailure(failureOf(error))
      setBusy(false)
    }
  }
  return (
    <Dialog
      open
      onClose={() => props.onClose(null)}
      title="Open project"
      foot={
        <>
          <Button kind="quiet" onClick={() => props.onClose(null)}>
            Cancel
          </Button>
          <Button kind="primary" disabled={busy || path.trim() === ''} onClick={() => void open()}>
            Open project
          </Button>
        </>
      }
    >
      <form
        className="flex flex-col gap-3 px-5 py-4"
        onSubmit={(event) => {
          event.preventDefault()
          if (!busy && path.trim() !== '') void open()
        }}
      >
        <Field
          label="Compose file or folder"
          hint="On the machine where Longshore runs. The file stays where it is."
        >
          {(ids) => (
            <TextInput
              {...ids}
              mono
              autoFocus
              value={path}
              onChange={(event) => setPath(event.target.value)}
              placeholder="~/code/shop/compose.yaml"
            />
          )}
        </Field>
        {failure && <ErrorNote trouble={failure} />}
        <SubmitOnEnter />
      </form>
    </Dialog>
  )
}

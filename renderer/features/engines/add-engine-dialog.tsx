/** Adds an endpoint: a socket of this machine or an address. */
import { useState } from 'react'
import { failureOf } from '../../rpc/failure-of.ts'
import { useClient } from '../../rpc/session.tsx'
import type { Failure } from '../../rpc/views.ts'
import { Button } from '../../ui/button.tsx'
import { ErrorNote } from '../../ui/callout.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Field, SubmitOnEnter, TextInput } from '../../ui/field.tsx'

/** Closes with the new engine's id, or with null. */
export function AddEngineDialog(props: { readonly onClose: (engine: string | null) => void }) {
  const client = useClient()
  const [name, setName] = useState('')
  const [endpoint, setEndpoint] = useState('')
  const [failure, setFailure] = useState<Failure | null>(null)
  const ready = name.trim() !== '' && /^(unix:\/\/\/|tcp:\/\/)./.test(endpoint.trim())
  const add = () =>
    client.engines.add({ name: name.trim(), endpoint: endpoint.trim() }).then(
      (engine) => props.onClose(engine.id),
      (error: unknown) => setFailure(failureOf(error)),
    )
  return (
    <Dialog
      open
      onClose={() => props.onClose(null)}
      title="Add endpoint"
      hint="Any engine that speaks the Docker API"
      width={480}
      foot={
        <>
          <Button kind="quiet" onClick={() => props.onClose(null)}>
            Cancel
          </Button>
          <Button kind="primary" disabled={!ready} onClick={() => void add()}>
            Add
          </Button>
        </>
      }
    >
      <form
        className="flex flex-col gap-3 px-5 py-4"
        onSubmit={(event) => {
          event.preventDefault()
          if (ready) void add()
        }}
      >
        <Field label="Name">
          {(ids) => (
            <TextInput
              {...ids}
              placeholder="Docker here"
              value={name}
              onChange={(event) => setName(event.target.value)}
            />
          )}
        </Field>
        <Field
          label="Endpoint"
          hint="unix:///var/run/docker.sock, unix:///run/podman/podman.sock or tcp://host:2375"
        >
          {(ids) => (
            <TextInput
              {...ids}
              mono
              placeholder="unix:///var/run/docker.sock"
              value={endpoint}
              onChange={(event) => setEndpoint(event.target.value)}
            />
          )}
        </Field>
        {failure && <ErrorNote trouble={failure} />}
        <SubmitOnEnter />
      </form>
    </Dialog>
  )
}

/** Asks what to build: a folder of this machine, a git repository, or a Dockerfile that is yet to be written. */
import { useState } from 'react'
import { failureOf } from '../../rpc/failure-of.ts'
import { useClient } from '../../rpc/session.tsx'
import type { BuildInput, Failure } from '../../rpc/views.ts'
import { Button } from '../../ui/button.tsx'
import { ErrorNote } from '../../ui/callout.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Field, SubmitOnEnter, TextInput } from '../../ui/field.tsx'
import { Segments } from '../../ui/segments.tsx'
import { freshInput } from './drafts.ts'

type Kind = BuildInput['source']['kind']

const KINDS: readonly { readonly value: Kind; readonly label: string }[] = [
  { value: 'folder', label: 'Folder' },
  { value: 'git', label: 'Git repository' },
  { value: 'empty', label: 'Empty editor' },
]

const TEMPLATE = 'FROM busybox\nCMD ["echo", "It is built."]\n'
const LAST = 'longshore.build-folder'

export function NewBuildDialog(props: {
  readonly engine: string
  readonly onClose: () => void
  readonly onBegin: (input: BuildInput, dockerfile: string) => void
}) {
  const client = useClient()
  const [kind, setKind] = useState<Kind>('folder')
  const [folder, setFolder] = useState(() => localStorage.getItem(LAST) ?? '')
  const [address, setAddress] = useState('')
  const [busy, setBusy] = useState(false)
  const [failure, setFailure] = useState<Failure | null>(null)
  const ready = kind === 'empty' || (kind === 'folder' ? folder : address).trim() !== ''
  const begin = async () => {
    if (!ready || busy) return
    if (kind === 'empty') return props.onBegin(freshInput(props.engine, { kind }, 'Dockerfile'), TEMPLATE)
    if (kind === 'git')
      return props.onBegin(freshInput(props.engine, { kind, address: address.trim() }, 'Dockerfile'), '')
    setBusy(true)
    setFailure(null)
    try {
      const opened = await client.builds.openFolder({ path: folder.trim() })
      localStorage.setItem(LAST, opened.folder)
      const source = { kind, path: opened.folder } as const
      props.onBegin(freshInput(props.engine, source, opened.dockerfile), opened.text ?? TEMPLATE)
    } catch (error) {
      setFailure(failureOf(error))
      setBusy(false)
    }
  }
  return (
    <Dialog
      open
      onClose={props.onClose}
      title="Build"
      foot={
        <>
          <Button kind="quiet" onClick={props.onClose}>
            Cancel
          </Button>
          <Button kind="primary" disabled={!ready || busy} onClick={() => void begin()}>
            {kind === 'git' ? 'Choose options' : 'Open in the editor'}
          </Button>
        </>
      }
    >
      <form
        className="flex flex-col gap-4 px-5 py-4"
        onSubmit={(event) => {
          event.preventDefault()
          void begin()
        }}
      >
        <Segments label="Build from" value={kind} choices={KINDS} onChange={setKind} />
        {kind === 'folder' && (
          <Field
            label="Folder"
            hint="Read where it is, on the machine where Longshore runs: nothing is sent."
          >
            {(ids) => (
              <TextInput
                {...ids}
                mono
                autoFocus
                value={folder}
                onChange={(event) => setFolder(event.target.value)}
                placeholder="~/code/shop/api"
              />
            )}
          </Field>
        )}
        {kind === 'git' && (
          <Field
            label="Address"
            hint="With #branch, #tag or #branch:folder where it is not the whole of its main branch."
          >
            {(ids) => (
              <TextInput
                {...ids}
                mono
                autoFocus
                value={address}
                onChange={(event) => setAddress(event.target.value)}
                placeholder="https://github.com/me/shop.git#main:api"
              />
            )}
          </Field>
        )}
        {kind === 'empty' && (
          <p className="text-soft">
            A Dockerfile without files around it: it can run and download, and copy from images.
          </p>
        )}
        {failure && <ErrorNote trouble={failure} />}
        <SubmitOnEnter />
      </form>
    </Dialog>
  )
}

/** Pull: asks for a reference and then shows the task, a line a layer; closed, it goes on in the background. */
import { Disc, Download } from 'lucide-react'
import { useRef, useState } from 'react'
import { TaskItem } from '../../panels/tasks/task-item.tsx'
import { useTask } from '../../panels/tasks/use-tasks.ts'
import { failureOf } from '../../rpc/failure-of.ts'
import { useClient, useLiveList, useSession } from '../../rpc/session.tsx'
import type { Failure } from '../../rpc/views.ts'
import { Autocomplete } from '../../ui/autocomplete.tsx'
import { Button } from '../../ui/button.tsx'
import { ErrorNote } from '../../ui/callout.tsx'
import { CommandBlock } from '../../ui/command-block.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Field, SubmitOnEnter, TextInput } from '../../ui/field.tsx'

export function PullDialog(props: {
  readonly engine: string
  readonly onClose: () => void
  readonly onRun: (image: string) => void
}) {
  const client = useClient()
  const images = useLiveList(useSession().images(props.engine))
  const [reference, setReference] = useState('')
  const [signIn, setSignIn] = useState(false)
  const [username, setUsername] = useState('')
  const [password, setPassword] = useState('')
  const [failure, setFailure] = useState<Failure | null>(null)
  const [taskId, setTaskId] = useState<string | null>(null)
  const box = useRef<HTMLInputElement>(null)
  const task = useTask(taskId)
  const wanted = reference.trim()
  const pull = async () => {
    if (wanted === '') return
    setFailure(null)
    try {
      const credentials = signIn && username !== '' ? { credentials: { username, password } } : {}
      const started = await client.images.pull({ engine: props.engine, reference: wanted, ...credentials })
      setTaskId(started.task)
    } catch (error) {
      setFailure(failureOf(error))
    }
  }
  const running = task?.state.kind === 'running'
  const done = task?.state.kind === 'done'
  return (
    <Dialog
      open
      onClose={props.onClose}
      title="Pull image"
      {...(running ? { hint: 'Closing this leaves the pull running' } : {})}
      width={600}
      first={box}
      foot={
        done ? (
          <>
            <Button kind="quiet" onClick={props.onClose}>
              Close
            </Button>
            <Button kind="primary" onClick={() => props.onRun(wanted)}>
              Run it
            </Button>
          </>
        ) : (
          <>
            <Button kind="quiet" onClick={props.onClose}>
              {running ? 'Close' : 'Cancel'}
            </Button>
            <Button kind="primary" disabled={wanted === '' || running} onClick={() => void pull()}>
              <Download /> {task?.state.kind === 'failed' ? 'Pull again' : 'Pull'}
            </Button>
          </>
        )
      }
    >
      <form
        className="flex min-h-0 flex-col gap-3 overflow-y-auto px-5 py-4"
        onSubmit={(event) => {
          event.preventDefault()
          if (!running) void pull()
        }}
      >
        <Field
          label="Image"
          hint={
            wanted !== '' && !/[:@][^/]*$/.test(wanted) ? `Without a tag this is ${wanted}:latest` : undefined
          }
        >
          {(ids) => (
            <Autocomplete
              ref={box}
              id={ids.id}
              value={reference}
              onChange={setReference}
              placeholder="nginx:1.27 or registry.example/team/app:2"
              proposals={images.rows.flatMap((row) => row.tags.map((value) => ({ value })))}
              before={<Disc aria-hidden="true" className="size-4 shrink-0 text-muted" />}
            />
          )}
        </Field>
        {signIn ? (
          <div className="grid grid-cols-2 gap-2">
            <Field label="User of the registry">
              {(ids) => (
                <TextInput {...ids} value={username} onChange={(event) => setUsername(event.target.value)} />
              )}
            </Field>
            <Field label="Password or token">
              {(ids) => (
                <TextInput
                  {...ids}
                  type="password"
                  value={password}
                  onChange={(event) => setPassword(event.target.value)}
                />
              )}
            </Field>
          </div>
        ) : (
          <button
            type="button"
            onClick={() => setSignIn(true)}
            className="w-fit rounded font-medium text-link hover:underline"
          >
            Sign in to the registry
          </button>
        )}
        {failure && <ErrorNote trouble={failure} />}
        {task ? (
          <div className="-mx-1 rounded-lg border border-line">
            <TaskItem task={task} open />
          </div>
        ) : (
          <CommandBlock text={`docker pull ${wanted || 'nginx:1.27'}`} />
        )}
        <SubmitOnEnter />
      </form>
    </Dialog>
  )
}

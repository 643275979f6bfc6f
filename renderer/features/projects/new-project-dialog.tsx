/** A new project: from a template, from containers that are there, or from a docker run line. */
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { ContainerMark } from '../../panels/containers/state-words.tsx'
import { failureOf } from '../../rpc/failure-of.ts'
import { useClient, useLiveList, useSession } from '../../rpc/session.tsx'
import type { Failure } from '../../rpc/views.ts'
import { Button } from '../../ui/button.tsx'
import { Callout, ErrorNote } from '../../ui/callout.tsx'
import { Checkbox } from '../../ui/checkbox.tsx'
import { CommandBlock } from '../../ui/command-block.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Field, inputLook, SubmitOnEnter, TextInput } from '../../ui/field.tsx'
import { Segments } from '../../ui/segments.tsx'
import { useRested } from './use-plan.ts'

type From = 'scratch' | 'containers' | 'line'

const TEMPLATE = (image: string) => `services:
  web:
    image: ${image}
    ports:
      - "8080:80"
    environment:
      LOG_LEVEL: \${LOG_LEVEL:-info}
    restart: unless-stopped
`

/** Closes with the name of the project that was made, or null. */
export function NewProjectDialog(props: {
  readonly engine: string
  /** Containers that are chosen already. */
  readonly containers: readonly string[]
  readonly onClose: (name: string | null) => void
}) {
  const { engine } = props
  const client = useClient()
  const { rows } = useLiveList(useSession().containers(engine))
  const images = useLiveList(useSession().images(engine)).rows
  const [from, setFrom] = useState<From>(props.containers.length > 0 ? 'containers' : 'scratch')
  const [name, setName] = useState('')
  const [folder, setFolder] = useState<string | null>(null)
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set(props.containers))
  const [line, setLine] = useState('')
  const [busy, setBusy] = useState(false)
  const [failure, setFailure] = useState<Failure | null>(null)
  const ids = [...chosen]
  const restedLine = useRested(line.trim(), 250)
  const source = useQuery({
    queryKey: ['new-project', engine, from, ids, restedLine],
    enabled: from === 'containers' ? ids.length > 0 : from === 'line' && restedLine !== '',
    retry: false,
    gcTime: 0,
    queryFn: async () => {
      if (from === 'containers') return client.projects.fromContainers({ engine, ids })
      const { compose } = await client.projects.fromRunLine({ engine, line: restedLine })
      return { compose, notes: [] }
    },
  })
  const first = images.find((image) => image.tags.length > 0)?.tags[0] ?? 'nginx:latest'
  const compose = from === 'scratch' ? TEMPLATE(first) : source.data?.compose
  const suggested = useQuery({
    queryKey: ['project-folder', name],
    enabled: name !== '',
    queryFn: () => client.projects.suggestFolder({ name }),
  })
  const nameWrong = name !== '' && !/^[a-z0-9][a-z0-9_-]*$/.test(name)
  const directory = folder ?? suggested.data?.directory ?? ''
  const ready = name !== '' && !nameWrong && directory !== '' && compose !== undefined && !busy
  const create = async () => {
    if (!ready || compose === undefined) return
    setBusy(true)
    setFailure(null)
    try {
      const text = `name: ${name}\n${compose}`
      const made = await client.projects.create({ engine, name, directory, compose: text, env: null })
      props.onClose(made.name)
    } catch (error) {
      setFailure(failureOf(error))
      setBusy(false)
    }
  }
  return (
    <Dialog
      open
      onClose={() => props.onClose(null)}
      title="New project"
      width={640}
      foot={
        <>
          <Button kind="quiet" onClick={() => props.onClose(null)}>
            Cancel
          </Button>
          <Button kind="primary" disabled={!ready} onClick={() => void create()}>
            Create and edit
          </Button>
        </>
      }
    >
      <form
        className="flex min-h-0 flex-col gap-4 overflow-y-auto px-5 py-4"
        onSubmit={(event) => {
          event.preventDefault()
          void create()
        }}
      >
        <Segments
          label="From"
          value={from}
          onChange={setFrom}
          choices={[
            { value: 'scratch', label: 'From scratch' },
            { value: 'containers', label: 'From containers' },
            { value: 'line', label: 'From docker run' },
          ]}
        />
        <div className="grid grid-cols-[200px_minmax(0,1fr)] gap-3">
          <Field
            label="Name"
            error={nameWrong ? 'Small letters, digits, dashes and underscores.' : undefined}
          >
            {(wires) => (
              <TextInput
                {...wires}
                autoFocus
                value={name}
                aria-invalid={nameWrong}
                onChange={(event) => setName(event.target.value)}
                placeholder="shop"
              />
            )}
          </Field>
          <Field
            label="Folder"
            hint={
              folder === null && suggested.data?.taken
                ? 'This folder is there already; its files stay.'
                : undefined
            }
          >
            {(wires) => (
              <TextInput
                {...wires}
                mono
                value={directory}
                onChange={(event) => setFolder(event.target.value === '' ? null : event.target.value)}
              />
            )}
          </Field>
        </div>
        {from === 'containers' && (
          <fieldset className="flex max-h-44 flex-col gap-1.5 overflow-y-auto rounded-lg border border-line p-3">
            <legend className="sr-only">Containers</legend>
            {rows.length === 0 && <p className="text-muted">There is no container on this engine.</p>}
            {rows.map((row) => (
              <Checkbox
                key={row.id}
                checked={chosen.has(row.id)}
                onChange={(on) =>
                  setChosen((before) => {
                    const next = new Set(before)
                    if (on) next.add(row.id)
                    else next.delete(row.id)
                    return next
                  })
                }
              >
                <span className="flex items-center gap-2">
                  <ContainerMark row={row} pending={undefined} />
                  {row.name} <span className="text-muted">{row.image}</span>
                </span>
              </Checkbox>
            ))}
          </fieldset>
        )}
        {from === 'line' && (
          <Field label="docker run line">
            {(wires) => (
              <textarea
                {...wires}
                value={line}
                spellCheck={false}
                rows={3}
                onChange={(event) => setLine(event.target.value)}
                placeholder="docker run -d --name web -p 8080:80 nginx:1.27"
                className={`${inputLook} h-auto py-2 font-mono text-12`}
              />
            )}
          </Field>
        )}
        {source.error && <ErrorNote trouble={failureOf(source.error)} />}
        {source.data?.notes.map((note) => (
          <Callout key={note} kind="warn">
            {note}
          </Callout>
        ))}
        {compose !== undefined && (
          <div className="max-h-64 min-h-24 overflow-y-auto rounded-lg">
            <CommandBlock text={`name: ${name || 'shop'}\n${compose}`} />
          </div>
        )}
        {failure && <ErrorNote trouble={failure} />}
        <SubmitOnEnter />
      </form>
    </Dialog>
  )
}

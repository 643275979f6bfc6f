/** Run: one form that starts with an image and is then already runnable; what it will do stands beside it as text. */
import { CircleAlert, Disc, Play } from 'lucide-react'
import { type ClipboardEvent, useEffect, useEffectEvent, useMemo, useRef, useState } from 'react'
import { formatBytes } from '../../../lib/bytes.ts'
import { failureOf } from '../../../rpc/failure-of.ts'
import { useClient, useLiveList, useSession } from '../../../rpc/session.tsx'
import type { Failure, RunHints } from '../../../rpc/views.ts'
import { Autocomplete } from '../../../ui/autocomplete.tsx'
import { Badge } from '../../../ui/badge.tsx'
import { Button } from '../../../ui/button.tsx'
import { ErrorNote } from '../../../ui/callout.tsx'
import { Dialog } from '../../../ui/dialog.tsx'
import { Field, SubmitOnEnter, TextInput } from '../../../ui/field.tsx'
import { MountFields } from './mount-fields.tsx'
import { PortFields } from './port-fields.tsx'
import { Preview } from './preview.tsx'
import { EMPTY_FORM, formOf, isRunLine, nextKey, type RunForm, readForm } from './run-form.ts'
import { Section, type SectionHead } from './section.tsx'
import { SettingSections } from './setting-sections.tsx'
import { VariableFields } from './variable-fields.tsx'

/** What the form starts with. */
export interface RunStart {
  readonly image?: string
  /** A docker run line to read. */
  readonly line?: string
}

export function RunDialog(props: {
  readonly engine: string
  readonly start: RunStart
  readonly onClose: () => void
  readonly onDone: (id: string) => void
}) {
  const { engine } = props
  const client = useClient()
  const images = useLiveList(useSession().images(engine))
  const [form, setForm] = useState<RunForm>({ ...EMPTY_FORM, image: props.start.image ?? '' })
  const [hints, setHints] = useState<RunHints | null>(null)
  const [touched, setTouched] = useState({ name: false, ports: false })
  const [taken, setTaken] = useState<ReadonlyMap<number, string>>(new Map())
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set(['Ports']))
  const [failure, setFailure] = useState<Failure | null>(null)
  const [busy, setBusy] = useState(false)
  const imageBox = useRef<HTMLInputElement>(null)
  const acted = useRef<Element | null>(null)
  useEffect(() => {
    const lost = document.activeElement === document.body || document.activeElement === null
    if (!busy && lost && acted.current instanceof HTMLElement) acted.current.focus()
  }, [busy])
  const patch = (part: Partial<RunForm>) => setForm((before) => ({ ...before, ...part }))

  const readLine = useEffectEvent(async (line: string) => {
    setFailure(null)
    try {
      const next = formOf(await client.containers.parseRunLine({ engine, line }))
      setTouched({ name: next.name !== '', ports: true })
      setForm(next)
      setTaken(new Map())
      setOpen(
        new Set([
          'Ports',
          ...(next.mounts.length > 0 ? ['Volumes'] : []),
          ...(next.environment.length > 0 ? ['Environment'] : []),
          ...(next.command + next.entrypoint !== '' ? ['Command'] : []),
        ]),
      )
    } catch (error) {
      setFailure(failureOf(error))
    }
  })
  useEffect(() => {
    if (props.start.line !== undefined) void readLine(props.start.line)
  }, [props.start.line])

  const takeHints = useEffectEvent((next: RunHints) => {
    setHints(next)
    setForm((before) => ({
      ...before,
      name: touched.name ? before.name : next.suggestedName,
      ports: touched.ports
        ? before.ports
        : next.ports.map((port) => ({
            key: nextKey(),
            hostIp: '127.0.0.1',
            hostPort: port.freeHostPort === null ? '' : String(port.freeHostPort),
            containerPort: String(port.containerPort),
            protocol: port.protocol,
          })),
    }))
  })
  const image = form.image.trim()
  useEffect(() => {
    if (image === '') {
      setHints(null)
      return
    }
    const abort = new AbortController()
    const timer = setTimeout(() => {
      // An image that nobody knows has no hints; running it tells why.
      client.containers
        .runHints({ engine, image }, { signal: abort.signal })
        .then(takeHints, () => setHints(null))
    }, 150)
    return () => {
      clearTimeout(timer)
      abort.abort()
    }
  }, [client, engine, image])

  const proposals = useMemo(
    () =>
      images.rows
        .flatMap((row) => row.tags.map((tag) => ({ value: tag, note: formatBytes(row.sizeBytes) })))
        .sort((one, other) => one.value.localeCompare(other.value)),
    [images.rows],
  )
  const read = useMemo(() => readForm(form, engine, true), [form, engine])
  const problem = [...taken.values()][0] ?? ('problem' in read && form.image !== '' ? read.problem : null)
  const blocked = busy || taken.size > 0 || 'problem' in read

  const run = async (start: boolean) => {
    const now = readForm(form, engine, start)
    if ('problem' in now) return
    // A button that is disabled while it works loses the focus, and the dialog its keys and its paste.
    acted.current = document.activeElement
    setBusy(true)
    setFailure(null)
    try {
      const done = await client.containers.run(now.input)
      props.onDone(done.id)
    } catch (error) {
      setFailure(failureOf(error))
      setBusy(false)
    }
  }
  const onPaste = (event: ClipboardEvent) => {
    const text = event.clipboardData.getData('text')
    if (!isRunLine(text)) return
    event.preventDefault()
    event.stopPropagation()
    void readLine(text)
  }
  const section = (title: string, summary: string): SectionHead => ({
    title,
    summary,
    open: open.has(title),
    onToggle: () =>
      setOpen((before) => {
        const next = new Set(before)
        if (!next.delete(title)) next.add(title)
        return next
      }),
  })
  const local = hints?.local
    ? `local${hints.imageSizeBytes === null ? '' : `, ${formatBytes(hints.imageSizeBytes)}`}`
    : 'will be pulled'
  const wrong = form.ports
    .filter((port) => taken.has(port.key))
    .map((port) => `${port.hostIp}${port.hostIp && ':'}${port.hostPort}`)
  return (
    <Dialog
      open
      onClose={props.onClose}
      title="Run container"
      hint="Paste a docker run line anywhere to fill this form"
      width={1060}
      first={imageBox}
      onPaste={onPaste}
      foot={
        <>
          {problem !== null && (
            <p role="status" className="mr-auto flex items-center gap-2 text-12 text-bad-text">
              <CircleAlert className="size-4" /> {problem}
            </p>
          )}
          <Button kind="quiet" onClick={props.onClose}>
            Cancel
          </Button>
          <Button disabled={blocked} onClick={() => void run(false)}>
            Create only
          </Button>
          <Button kind="primary" disabled={blocked} onClick={() => void run(true)}>
            <Play /> {busy ? (hints?.local ? 'Starting' : 'Pulling') : 'Run'}
          </Button>
        </>
      }
    >
      <div className="flex min-h-0 flex-1">
        <form
          className="flex min-h-[420px] min-w-0 flex-1 flex-col overflow-y-auto px-5 pb-4 pt-4"
          onSubmit={(event) => {
            event.preventDefault()
            if (!blocked) void run(true)
          }}
        >
          {failure && <ErrorNote trouble={failure} className="mb-4" />}
          <div className="grid grid-cols-[minmax(0,1.8fr)_minmax(0,1fr)] gap-2 pb-3">
            <Field label="Image">
              {(ids) => (
                <Autocomplete
                  ref={imageBox}
                  id={ids.id}
                  value={form.image}
                  onChange={(value) => patch({ image: value })}
                  proposals={proposals}
                  placeholder="nginx:1.27"
                  before={<Disc aria-hidden="true" className="size-4 shrink-0 text-muted" />}
                  after={image !== '' && hints && <Badge>{local}</Badge>}
                />
              )}
            </Field>
            <Field label="Name">
              {(ids) => (
                <TextInput
                  {...ids}
                  value={form.name}
                  placeholder={hints?.suggestedName ?? 'chosen by the engine'}
                  onChange={(event) => {
                    setTouched((before) => ({ ...before, name: true }))
                    patch({ name: event.target.value })
                  }}
                />
              )}
            </Field>
          </div>
          <Section
            {...section(
              'Ports',
              !touched.ports && (hints?.ports.length ?? 0) > 0
                ? `${hints?.ports.length} from the image`
                : form.ports.length === 0
                  ? 'none'
                  : String(form.ports.length),
            )}
          >
            <PortFields
              engine={engine}
              ports={form.ports}
              onChange={(ports) => {
                setTouched((before) => ({ ...before, ports: true }))
                patch({ ports })
              }}
              onTaken={(key, why) =>
                setTaken((before) => {
                  if ((before.get(key) ?? null) === why) return before
                  const next = new Map(before)
                  if (why === null) next.delete(key)
                  else next.set(key, why)
                  return next
                })
              }
            />
          </Section>
          <Section {...section('Volumes', form.mounts.length > 0 ? String(form.mounts.length) : 'none')}>
            <MountFields
              mounts={form.mounts}
              declared={hints?.volumes ?? []}
              name={form.name}
              onChange={(mounts) => patch({ mounts })}
            />
          </Section>
          <Section
            {...section(
              'Environment',
              form.environment.length > 0 ? String(form.environment.length) : 'paste a .env file to add many',
            )}
          >
            <VariableFields variables={form.environment} onChange={(environment) => patch({ environment })} />
          </Section>
          <SettingSections form={form} patch={patch} section={section} />
          <SubmitOnEnter />
        </form>
        <Preview input={'input' in read ? read.input : null} wrong={wrong} notes={notesOf(form, hints)} />
      </div>
    </Dialog>
  )
}

/** What the run will do besides starting, in plain words. */
function notesOf(form: RunForm, hints: RunHints | null): readonly string[] {
  const notes: string[] = []
  if (hints && !hints.local) notes.push('The image is not here yet and will be pulled first.')
  const named = form.mounts
    .filter((mount) => mount.kind === 'volume' && mount.source !== '')
    .map((mount) => mount.source)
  if (named.length > 0)
    notes.push(
      `Writes to ${named.length === 1 ? 'volume' : 'volumes'} ${named.join(', ')}, made if not there.`,
    )
  const folders = form.mounts.filter(
    (mount) => mount.kind === 'bind' && mount.source !== '' && !mount.readOnly,
  )
  if (folders.length > 0)
    notes.push(`Can change ${folders.map((mount) => mount.source).join(', ')} of this machine.`)
  if (
    form.ports.some((port) => (port.hostIp === '' || port.hostIp === '0.0.0.0') && port.containerPort !== '')
  ) {
    notes.push('A port on 0.0.0.0 can be reached from other machines.')
  }
  if (form.network === 'host') notes.push('Can reach every service of this machine.')
  return notes
}

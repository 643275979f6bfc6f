/** One build beside its Dockerfile: as it runs, as it ended, and as it is to be done next. */
import { ArrowLeft, Ellipsis, Hammer, Play, Save, Square, Trash2, WandSparkles } from 'lucide-react'
import { useEffect, useMemo, useState } from 'react'
import type { TextPlace } from '../../panels/editor/editor-props.ts'
import { failureOf } from '../../rpc/failure-of.ts'
import { useClient } from '../../rpc/session.tsx'
import { useStream } from '../../rpc/use-stream.ts'
import type { BuildInput, BuildRow, BuildView, DockerfileProblem, Failure } from '../../rpc/views.ts'
import { Badge } from '../../ui/badge.tsx'
import { Button, IconButton } from '../../ui/button.tsx'
import { Callout, ErrorNote } from '../../ui/callout.tsx'
import { Menu } from '../../ui/menu.tsx'
import { SplitPane } from '../../ui/split-pane.tsx'
import { Tabs } from '../../ui/tabs.tsx'
import { BuildMark, stateWords } from './build-words.tsx'
import { CompareTab } from './compare-tab.tsx'
import { DockerfileEditor, useProblems } from './dockerfile-editor.tsx'
import { dropDraft, NEW, useDraft, writeDraft } from './drafts.ts'
import { lineMarks } from './line-marks.ts'
import { OptionsTab } from './options-tab.tsx'
import { outlineOf } from './outline.ts'
import { StepLog } from './step-log.tsx'
import { StepsTab } from './steps-tab.tsx'
import { useDiskText } from './use-disk-text.ts'

export function BuildPage(props: {
  readonly engine: string
  readonly id: string
  readonly rows: readonly BuildRow[]
  readonly tab: string | undefined
  readonly onTab: (tab: string) => void
  readonly onBuilt: (id: string) => void
  readonly onRun: (image: string) => void
  readonly onBack: () => void
}) {
  const { engine, id, onBack } = props
  const client = useClient()
  const fresh = id === NEW
  const [view, setView] = useState<BuildView | null>(null)
  const [failure, setFailure] = useState<Failure | null>(null)
  const [busy, setBusy] = useState(false)
  const [reveal, setReveal] = useState<TextPlace | null>(null)
  useStream(
    fresh ? null : `${engine}/${id}`,
    (signal) => client.builds.follow({ engine, id }, { signal }),
    setView,
    (error) => setFailure(failureOf(error)),
  )
  const draft = useDraft(engine, id)
  const input = draft.input ?? view?.input ?? null
  const built = view?.dockerfile?.text ?? ''
  const text = draft.text ?? built
  const disk = useDiskText(input)
  const problems = useProblems(text)
  const outline = useMemo(() => outlineOf(text), [text])
  const row = view?.row ?? null
  const running = row?.state === 'running'
  const isFile = input?.source.kind === 'folder' && input.dockerfile.text === null
  const unsaved = isFile && disk.loaded && text !== (disk.text ?? '')
  // A mark of another text would stand at the wrong line.
  const marks = useMemo(
    () => (view && text === view.dockerfile?.text ? lineMarks(view.steps) : []),
    [view, text],
  )
  const title = row?.title ?? (input ? titleOf(input) : '')
  useEffect(() => {
    if (title !== '') document.title = `${fresh ? 'New build' : title}, Longshore`
  }, [title, fresh])
  // A window that was opened anew has no draft of a build that was never begun.
  useEffect(() => {
    if (fresh && draft.input === undefined) onBack()
  }, [fresh, draft.input, onBack])

  const attempt = async (act: () => Promise<void>) => {
    setBusy(true)
    setFailure(null)
    try {
      await act()
    } catch (error) {
      setFailure(failureOf(error))
    } finally {
      setBusy(false)
    }
  }
  const save = async () => {
    if (input?.source.kind !== 'folder' || !unsaved) return
    const { path } = input.source
    await client.builds.save({ folder: path, dockerfile: input.dockerfile.path, before: disk.text, text })
    disk.written(text)
  }
  const build = () =>
    attempt(async () => {
      if (!input) return
      await save()
      const given = isFile
        ? null
        : input.source.kind === 'git' && text === built
          ? input.dockerfile.text
          : text || null
      const started = await client.builds.start({
        ...input,
        dockerfile: { ...input.dockerfile, text: given },
      })
      // Going back leads to the new build as it was filled in.
      if (!fresh) dropDraft(engine, id)
      props.onBuilt(started.id)
    })
  const errors = problems.filter(({ severity }) => severity === 'error')
  const canBuild = input !== null && !busy && !running
  const others = row ? props.rows.filter((each) => each.title === row.title && each.id !== row.id) : []
  const sorted = [...others].sort((one, other) => other.startedAt.localeCompare(one.startedAt))
  const tabs = [
    ...(view
      ? [
          {
            id: 'steps',
            label: 'Steps',
            content: (
              <StepsTab
                engine={engine}
                view={view}
                onReveal={(line, column) => setReveal({ line, column })}
              />
            ),
          },
        ]
      : []),
    ...(input
      ? [
          {
            id: 'options',
            label: 'Options',
            content: (
              <OptionsTab
                input={input}
                {...outline}
                onChange={(next) => writeDraft(engine, id, { input: next })}
              />
            ),
          },
        ]
      : []),
    ...(view
      ? [
          {
            id: 'log',
            label: 'Log',
            content: <StepLog engine={engine} build={id} name={`the build of ${title}`} />,
          },
          {
            id: 'compare',
            label: 'Compare',
            content: <CompareTab key={id} engine={engine} view={view} others={sorted} />,
          },
        ]
      : []),
  ]
  const tab = tabs.find((each) => each.id === props.tab)?.id ?? tabs[0]?.id ?? 'steps'
  return (
    <section aria-label={`Build of ${title}`} className="flex min-h-0 min-w-0 flex-1 flex-col">
      <header className="flex h-12 shrink-0 items-center gap-2.5 border-b border-line pl-3 pr-5">
        <IconButton label="All builds" onClick={onBack}>
          <ArrowLeft />
        </IconButton>
        {row && <BuildMark state={row.state} />}
        <h1 className="shrink-0 truncate text-15 font-semibold">{fresh ? `Build ${title}` : title}</h1>
        {row && row.state !== 'failed' && <Badge>{stateWords(row)}</Badge>}
        {row?.state === 'failed' && <Badge>failed</Badge>}
        <span className="min-w-0 flex-1 truncate text-muted" title={placeOf(input)}>
          {row?.names[0] ?? placeOf(input)}
        </span>
        <div className="flex shrink-0 items-center gap-2.5">
          {running ? (
            <Button onClick={() => void attempt(() => client.builds.cancel({ engine, id }))}>
              <Square /> Cancel
            </Button>
          ) : (
            <>
              {row?.state === 'done' && row.names[0] !== undefined && (
                <Button onClick={() => props.onRun(row.names[0] ?? '')}>
                  <Play /> Run
                </Button>
              )}
              {unsaved && (
                <Button disabled={busy} onClick={() => void attempt(save)}>
                  <Save /> Save
                </Button>
              )}
              {input && (
                <Button kind="primary" disabled={!canBuild} onClick={() => void build()}>
                  <Hammer /> {unsaved ? 'Save and build' : fresh ? 'Build' : 'Build again'}
                </Button>
              )}
            </>
          )}
          <Menu
            trigger={
              <IconButton label="More">
                <Ellipsis />
              </IconButton>
            }
            entries={[
              {
                label: 'Format the Dockerfile',
                icon: <WandSparkles />,
                disabled: input === null,
                onSelect: () =>
                  void attempt(async () =>
                    writeDraft(engine, id, { text: await client.builds.format({ text }) }),
                  ),
              },
              ...(row
                ? [
                    'line' as const,
                    {
                      label: 'Forget this build',
                      icon: <Trash2 />,
                      danger: true,
                      disabled: running,
                      onSelect: () =>
                        void attempt(async () => {
                          await client.builds.forget({ engine, id })
                          onBack()
                        }),
                    },
                  ]
                : []),
            ]}
          />
        </div>
      </header>
      {failure && <ErrorNote trouble={failure} className="mx-5 my-2.5" />}
      <SplitPane
        name="build-steps"
        label="Width of the steps"
        direction="row"
        first={
          <div className="flex min-h-0 min-w-0 flex-1 flex-col bg-raised">
            <div className="flex h-8 shrink-0 items-center gap-3 border-b border-line bg-page px-5">
              <span className="truncate font-medium" title={placeOf(input)}>
                {view?.dockerfile?.path ?? input?.dockerfile.path ?? 'Dockerfile'}
              </span>
              <span className="min-w-0 flex-1 truncate text-12 text-muted">
                {unsaved ? 'not saved' : view && text !== built ? 'changed since this build' : ''}
              </span>
              <Hints problems={problems} onGo={(place) => setReveal(place)} />
            </div>
            {isFile &&
              view &&
              disk.loaded &&
              draft.text === undefined &&
              disk.text !== built &&
              built !== '' && (
                <Callout
                  kind="warn"
                  className="m-2.5"
                  act={
                    <Button size="small" onClick={() => writeDraft(engine, id, { text: disk.text ?? '' })}>
                      Show the file
                    </Button>
                  }
                >
                  The file says something else by now.
                </Callout>
              )}
            <DockerfileEditor
              engine={engine}
              text={text}
              readOnly={input === null || running}
              marks={marks}
              problems={problems}
              reveal={reveal}
              onChange={(next) => writeDraft(engine, id, { text: next })}
              onSave={() => void attempt(save)}
              onBuild={() => void (canBuild && build())}
            />
            {errors.length > 0 && (
              <p
                role="alert"
                className="shrink-0 border-t border-line bg-bad-wash px-5 py-1.5 text-12 text-bad-text"
              >
                Line {errors[0]?.range.start.line}: {errors[0]?.message}
              </p>
            )}
          </div>
        }
        second={
          <div className="flex min-h-0 flex-1 flex-col border-l border-line bg-page pt-1.5">
            {tabs.length > 0 && (
              <Tabs label={`Of the build of ${title}`} value={tab} onChange={props.onTab} tabs={tabs} />
            )}
          </div>
        }
        initial={Math.round(Math.max(360, Math.min(560, window.innerWidth * 0.36)))}
        min={320}
        max={1000}
        keepFirst={380}
      />
    </section>
  )
}

function Hints(props: {
  readonly problems: readonly DockerfileProblem[]
  readonly onGo: (place: TextPlace) => void
}) {
  const { problems } = props
  const errors = problems.filter(({ severity }) => severity === 'error').length
  const warnings = problems.length - errors
  const first = problems.find(({ severity }) => severity === 'error') ?? problems[0]
  if (!first) return <span className="shrink-0 text-12 text-muted">no problems</span>
  const words = [
    errors > 0 ? `${errors} ${errors === 1 ? 'error' : 'errors'}` : '',
    warnings > 0 ? `${warnings} ${warnings === 1 ? 'warning' : 'warnings'}` : '',
  ]
  return (
    <button
      type="button"
      title={first.message}
      onClick={() => props.onGo({ line: first.range.start.line, column: first.range.start.column })}
      className={`shrink-0 rounded text-12 hover:underline ${errors > 0 ? 'text-bad-text' : 'text-warn-text'}`}
    >
      {words.filter((word) => word !== '').join(', ')}
    </button>
  )
}

function placeOf(input: BuildInput | null): string {
  switch (input?.source.kind) {
    case 'folder':
      return input.source.path
    case 'git':
      return input.source.address
    case 'empty':
      return 'without files'
    case undefined:
      return ''
  }
}

function titleOf(input: BuildInput): string {
  const name = placeOf(input)
    .replace(/#.*$/, '')
    .replace(/\.git$/, '')
    .replace(/\/+$/, '')
    .split('/')
    .at(-1)
  return input.source.kind === 'empty' ? 'Dockerfile' : (name ?? '')
}

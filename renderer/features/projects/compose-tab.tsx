/** The files of a project in the editor, beside what an apply of them would do. */
import { Columns2 } from 'lucide-react'
import { useMemo, useState } from 'react'
import { lineChanges } from '../../lib/line-diff.ts'
import { Editor } from '../../panels/editor/editor.tsx'
import type { LineMark, Problem, TextPlace } from '../../panels/editor/editor-props.ts'
import { useClient } from '../../rpc/session.tsx'
import type { Failure, FileProblem, ProjectFile, ProjectRow, TaskView } from '../../rpc/views.ts'
import { Button, IconButton } from '../../ui/button.tsx'
import { Callout } from '../../ui/callout.tsx'
import { cx } from '../../ui/cx.ts'
import { SplitPane } from '../../ui/split-pane.tsx'
import { useMedia } from '../../ui/use-media.ts'
import type { Edits } from './edits.ts'
import { PlanPane } from './plan-pane.tsx'
import type { Planning } from './use-plan.ts'

const BESIDE = 'longshore.env-beside'

const BAR = 'flex h-8 shrink-0 items-center gap-4 border-b border-line bg-page px-5'

export interface ComposeTabProps {
  readonly engine: string
  readonly row: ProjectRow
  readonly edits: Edits
  readonly problems: readonly FileProblem[]
  readonly planning: Planning
  readonly task: TaskView | undefined
  readonly failure: Failure | null
  readonly orphans: boolean
  readonly onOrphans: (remove: boolean) => void
  readonly onSave: () => void
  readonly onApply: () => void
}

export function ComposeTab(props: ComposeTabProps) {
  const { row, edits, problems } = props
  const files = edits.files?.files ?? []
  const wide = useMedia('(min-width: 1640px)')
  const [path, setPath] = useState<string | null>(null)
  const [beside, setBeside] = useState<boolean>(() =>
    localStorage.getItem(BESIDE) === null ? wide : localStorage.getItem(BESIDE) === 'yes',
  )
  const [reveal, setReveal] = useState<TextPlace | null>(null)
  const env = files.find((file) => file.kind === 'env')
  const shown =
    files.find((file) => file.path === path && (!beside || file.kind !== 'env')) ??
    files.find((file) => file.kind === 'compose')
  if (row.place !== 'here' && !edits.changed) return <Elsewhere row={row} />
  if (!shown) return null
  const goTo = (problem: FileProblem) => {
    setPath(problem.path)
    setReveal({ line: problem.line, column: problem.column })
  }
  const errors = problems.filter(({ severity }) => severity === 'error')
  const pick = (next: boolean) => {
    localStorage.setItem(BESIDE, next ? 'yes' : 'no')
    setBeside(next)
  }
  const main = (
    <div className="flex min-h-0 min-w-0 flex-1 flex-col">
      <div className={BAR}>
        <div
          role="tablist"
          aria-label="Files"
          className="flex min-w-0 flex-1 gap-4 self-stretch overflow-hidden"
        >
          {files.map((file) =>
            beside && file.kind === 'env' ? null : (
              <button
                key={file.path}
                type="button"
                role="tab"
                aria-selected={file.path === shown.path}
                title={file.path}
                onClick={() => setPath(file.path)}
                className={cx(
                  '-mb-px flex items-center gap-1.5 truncate border-b-2 font-medium outline-offset-[-2px]',
                  file.path === shown.path ? 'border-accent text-text' : 'border-transparent text-soft',
                )}
              >
                {file.name}
                <FileState file={file} edits={edits} problems={problems} />
              </button>
            ),
          )}
        </div>
        <ProblemWords problems={problems} onGo={goTo} />
        <IconButton
          size="small"
          label={beside ? 'Show .env as a tab' : 'Show .env beside'}
          aria-pressed={beside}
          onClick={() => pick(!beside)}
        >
          <Columns2 className={beside ? 'text-link' : ''} />
        </IconButton>
      </div>
      {files.map((file) => file.overtaken && <Overtaken key={file.path} file={file} edits={edits} />)}
      <FileEditor {...props} file={shown} reveal={reveal} />
      {errors.length > 0 && <ProblemList problems={errors} files={files} onGo={goTo} />}
    </div>
  )
  const left =
    beside && env ? (
      <SplitPane
        name="compose-env"
        label="Width of .env"
        direction="row"
        first={main}
        second={
          <div className="flex min-h-0 flex-1 flex-col">
            <div className={BAR} title={env.path}>
              <span className="flex items-center gap-1.5 font-medium">
                {env.name}
                <FileState file={env} edits={edits} problems={problems} />
              </span>
            </div>
            <FileEditor {...props} file={env} reveal={null} />
          </div>
        }
        initial={300}
        min={180}
        max={700}
        keepFirst={320}
      />
    ) : (
      main
    )
  return (
    <SplitPane
      name="compose-plan"
      label="Width of the plan"
      direction="row"
      first={left}
      second={<PlanPane {...props} />}
      initial={Math.round(Math.max(320, Math.min(440, window.innerWidth * 0.29)))}
      min={280}
      max={760}
      keepFirst={380}
    />
  )
}

function FileEditor(
  props: ComposeTabProps & { readonly file: ProjectFile; readonly reveal: TextPlace | null },
) {
  const { engine, file, edits } = props
  const client = useClient()
  const text = edits.textOf(file)
  const marks = useMemo(() => marksOf(file.text ?? '', text), [file.text, text])
  const problems = useMemo<readonly Problem[]>(
    () =>
      props.problems
        .filter((problem) => problem.path === file.path)
        .map(({ remedy, ...problem }) => ({ ...problem, remedy: remedy ?? undefined })),
    [props.problems, file.path],
  )
  return (
    <Editor
      key={file.path}
      label={file.name}
      language={file.kind === 'env' ? 'dotenv' : 'yaml'}
      value={text}
      onChange={(next) => edits.write(file, next)}
      complete={async (now, place) => {
        const found = await client.projects.complete({ engine, path: file.path, text: now, ...place })
        return (
          found && {
            from: found.from,
            items: found.items.map(({ insert, detail, about, ...item }) => ({
              ...item,
              ...(insert === null ? {} : { insert }),
              ...(detail === null ? {} : { detail }),
              ...(about === null ? {} : { about }),
            })),
          }
        )
      }}
      hover={(now, place) => client.projects.hover({ engine, path: file.path, text: now, ...place })}
      problems={problems}
      marks={marks}
      onSave={props.onSave}
      onApply={props.onApply}
      reveal={props.reveal}
    />
  )
}

/** What is not as it is on disk, with what stood there before. */
function marksOf(before: string, now: string): readonly LineMark[] {
  if (before === '') return []
  return lineChanges(before, now).map((change) => {
    const was = change.was.map((line) => line.trim()).filter((line) => line !== '')
    const one = !change.gone && was.length === 1 && change.line === change.to ? was[0] : undefined
    return {
      line: change.line,
      to: change.to,
      tone: 'changed' as const,
      wash: !change.gone,
      ...(one === undefined ? {} : { note: `was ${valueWords(one)}` }),
      about: change.gone ? `Gone: ${was.join(', ')}` : was.length > 0 ? `Was: ${was.join(' / ')}` : 'New',
    }
  })
}

/** Of a changed `key: value` the value says enough. */
function valueWords(line: string): string {
  const value = /^[-\w."' ]+:\s+(.+)$/.exec(line)?.[1] ?? line
  return value.length > 40 ? `${value.slice(0, 37)}...` : value
}

function FileState(props: {
  readonly file: ProjectFile
  readonly edits: Edits
  readonly problems: readonly FileProblem[]
}) {
  const { file, edits } = props
  const wrong = props.problems.some(({ path, severity }) => path === file.path && severity === 'error')
  const changed = edits.textOf(file) !== (file.text ?? '')
  if (wrong) return <Dot tone="bg-bad" word="has errors" />
  if (changed) return <Dot tone="bg-warn" word="changed" />
  return file.text === null && <span className="text-11 font-normal text-muted">not there</span>
}

function Dot(props: { readonly tone: string; readonly word: string }) {
  return (
    <span
      role="img"
      aria-label={props.word}
      title={props.word}
      className={cx('size-1.5 rounded-full', props.tone)}
    />
  )
}

function ProblemWords(props: {
  readonly problems: readonly FileProblem[]
  readonly onGo: (problem: FileProblem) => void
}) {
  const { problems } = props
  const first = problems[0]
  if (!first) return <span className="shrink-0 text-12 text-muted">no problems</span>
  const errors = problems.filter(({ severity }) => severity === 'error').length
  const count = errors > 0 ? errors : problems.length
  const word = errors > 0 ? 'problem' : 'hint'
  return (
    <button
      type="button"
      onClick={() => props.onGo(first)}
      className={cx(
        'shrink-0 rounded text-12 hover:underline',
        errors > 0 ? 'text-bad-text' : 'text-warn-text',
      )}
    >
      {count} {word}
      {count === 1 ? '' : 's'}
    </button>
  )
}

/** Each at its line, in the words of the loader, with what to write instead. */
function ProblemList(props: {
  readonly problems: readonly FileProblem[]
  readonly files: readonly ProjectFile[]
  readonly onGo: (problem: FileProblem) => void
}) {
  const names = new Map(props.files.map((file) => [file.path, file.name]))
  return (
    <ul
      aria-label="Problems"
      className="max-h-36 shrink-0 overflow-y-auto border-t border-line bg-page py-1.5"
    >
      {props.problems.map((problem) => (
        <li key={`${problem.path}:${problem.line}:${problem.column}:${problem.message}`}>
          <button
            type="button"
            onClick={() => props.onGo(problem)}
            className="flex w-full items-baseline gap-3 px-5 py-0.5 text-left outline-offset-[-2px] hover:bg-hover"
          >
            <span className="figures shrink-0 font-mono text-12 text-bad-text">
              {names.get(problem.path) ?? problem.path}:{problem.line}:{problem.column}
            </span>
            <span className="min-w-0 break-words">
              {problem.message}
              {problem.remedy && <span className="text-muted">; {problem.remedy}</span>}
            </span>
          </button>
        </li>
      ))}
    </ul>
  )
}

/** Others changed the file while it was written here. */
function Overtaken(props: { readonly file: ProjectFile; readonly edits: Edits }) {
  const { file, edits } = props
  return (
    <Callout
      kind="warn"
      className="mx-3 mt-2"
      act={
        <span className="flex shrink-0 gap-2">
          <Button size="small" onClick={() => void edits.discard(file).catch(() => {})}>
            Take the file
          </Button>
          <Button size="small" kind="quiet" onClick={() => void edits.keep(file).catch(() => {})}>
            Keep mine
          </Button>
        </span>
      }
    >
      {file.name} was changed on disk after you began to edit it.
    </Callout>
  )
}

function Elsewhere(props: { readonly row: ProjectRow }) {
  const { row } = props
  return (
    <div className="flex flex-1 items-center justify-center p-8">
      <div className="flex max-w-md flex-col gap-2">
        <h2 className="text-15 font-semibold">Its files are not on this machine</h2>
        <p className="text-soft">
          {row.files.length > 0
            ? 'Its labels say that it was made from these files. Open them where you have them, by Open on the list.'
            : 'Its labels do not say what files it was made from. Open its compose file, by Open on the list.'}
        </p>
        <ul className="font-mono text-12 text-muted">
          {row.files.map((file) => (
            <li key={file}>{file}</li>
          ))}
        </ul>
      </div>
    </div>
  )
}

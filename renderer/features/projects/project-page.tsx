/** One project: its services, its files with the plan of a change, its logs, and how it hangs together. */
import { ArrowLeft, ArrowUp, Ellipsis, Play, RotateCw, Save, Square, Trash2, Unlink } from 'lucide-react'
import { useEffect, useMemo, useState } from 'react'
import { ProjectLog } from '../../panels/logs/project-log.tsx'
import { isRefused } from '../../panels/plan/plan-view.tsx'
import { failureOf } from '../../rpc/failure-of.ts'
import { useClient, useFeed, useLiveList, useSession } from '../../rpc/session.tsx'
import type { Failure, Intent, ProjectRow } from '../../rpc/views.ts'
import { Badge } from '../../ui/badge.tsx'
import { Button, IconButton } from '../../ui/button.tsx'
import { ErrorNote } from '../../ui/callout.tsx'
import { Menu } from '../../ui/menu.tsx'
import { Tabs } from '../../ui/tabs.tsx'
import { useStore } from '../../ui/use-store.ts'
import { actOnProject, forgetProjectFailure, pendingProjects, projectFailures, projectKey } from './acts.ts'
import { ComposeTab } from './compose-tab.tsx'
import { DownDialog } from './down-dialog.tsx'
import { useEdits } from './edits.ts'
import { MapTab } from './map-tab.tsx'
import { ProjectMark, placeWords, servicesWords } from './project-words.tsx'
import { ServicesTab } from './services-tab.tsx'
import { useDiagnosis, usePlan } from './use-plan.ts'

export function ProjectPage(props: {
  readonly engine: string
  readonly row: ProjectRow
  readonly tab: string | undefined
  readonly onTab: (tab: string) => void
  readonly onBack: () => void
}) {
  const { engine, row } = props
  const client = useClient()
  const session = useSession()
  const key = projectKey(engine, row.name)
  const pending = useStore(pendingProjects).get(key)
  const trouble = useStore(projectFailures).get(key)
  const [downing, setDowning] = useState(false)
  const [applying, setApplying] = useState(false)
  const [failure, setFailure] = useState<Failure | null>(null)
  const containers = useLiveList(session.containers(engine)).rows
  const own = useMemo(() => containers.filter((each) => each.project === row.name), [containers, row.name])
  const edits = useEdits(engine, row.name)
  const editable = row.place === 'here' || edits.changed
  const tab = props.tab ?? (row.state === 'down' ? 'compose' : 'services')
  const disk = JSON.stringify(edits.files?.files.map(({ text }) => text) ?? [])
  const { diagnosis } = useDiagnosis(engine, row.name, edits.texts, disk, editable)
  const [orphans, setOrphans] = useState(false)
  const intent: Intent = useMemo(
    () => ({ kind: 'up', ...(orphans ? { removeOrphans: true } : {}) }),
    [orphans],
  )
  const world = JSON.stringify([disk, own.map((each) => [each.id, each.state.kind])])
  const task = useLastDeploy(engine, row.name)
  const running = task?.state.kind === 'running'
  const planning = usePlan(
    engine,
    row.name,
    edits.texts,
    intent,
    world,
    tab === 'compose' && editable && !running && edits.files !== null,
  )
  const plan = planning.answer?.kind === 'plan' ? planning.answer.plan : undefined
  const overtaken = edits.files?.files.some((file) => file.overtaken) ?? false
  const canApply =
    plan !== undefined && !isRefused(plan) && !planning.old && !running && !applying && !overtaken

  const save = () => edits.save().catch((error: unknown) => setFailure(failureOf(error)))
  const apply = async () => {
    if (!plan || !canApply) return
    const { texts } = edits
    setApplying(true)
    setFailure(null)
    try {
      await client.projects.apply({
        engine,
        name: row.name,
        texts,
        intent,
        fingerprint: plan.fingerprint,
      })
      edits.forget(texts)
    } catch (error) {
      setFailure(failureOf(error))
      planning.again()
    } finally {
      setApplying(false)
    }
  }
  useEffect(() => {
    document.title = `${row.name}, Longshore`
  }, [row.name])

  const up = row.running > 0
  const act = (which: 'start' | 'stop' | 'restart') =>
    void actOnProject(client, engine, row.name, null, which)
  const entries = [
    {
      label: 'Restart all',
      icon: <RotateCw />,
      disabled: row.services.length === 0,
      onSelect: () => act('restart'),
    },
    'line' as const,
    row.services.length > 0
      ? { label: 'Take down', icon: <Trash2 />, danger: true, onSelect: () => setDowning(true) }
      : {
          label: 'Take off this list',
          icon: <Unlink />,
          onSelect: () =>
            void client.projects
              .forget({ engine, name: row.name })
              .then(props.onBack)
              .catch((error: unknown) => setFailure(failureOf(error))),
        },
  ]
  return (
    <section aria-label={`Project ${row.name}`} className="flex min-h-0 min-w-0 flex-1 flex-col">
      <header className="flex h-12 shrink-0 items-center gap-2.5 border-b border-line pl-3 pr-5">
        <IconButton label="All projects" onClick={props.onBack}>
          <ArrowLeft />
        </IconButton>
        <ProjectMark state={pending ? 'starting' : row.state} />
        <h1 className="shrink-0 text-15 font-semibold">{row.name}</h1>
        {row.services.length > 0 && <Badge>{pending ?? servicesWords(row)}</Badge>}
        <span className="min-w-0 flex-1 truncate text-muted" title={row.files.join('\n')}>
          {placeWords(row)}
          {row.draft && ', with a draft that is not deployed'}
        </span>
        <div className="flex shrink-0 items-center gap-2.5">
          {row.services.length > 0 && (
            <Button disabled={pending !== undefined} onClick={() => act(up ? 'stop' : 'start')}>
              {up ? <Square /> : <Play />} {up ? 'Stop' : 'Start'}
            </Button>
          )}
          {tab === 'compose' && editable && (
            <>
              <Button disabled={!edits.unsaved} onClick={() => void save()}>
                <Save /> Save draft
              </Button>
              <Button kind="primary" disabled={!canApply} onClick={() => void apply()}>
                <ArrowUp /> Apply plan
              </Button>
            </>
          )}
          <Menu
            trigger={
              <IconButton label="More">
                <Ellipsis />
              </IconButton>
            }
            entries={entries}
          />
        </div>
      </header>
      {trouble && (
        <ErrorNote
          trouble={trouble}
          className="mx-5 mt-3"
          act={
            <Button size="small" kind="quiet" onClick={() => forgetProjectFailure(key)}>
              Close
            </Button>
          }
        />
      )}
      <div className="flex min-h-0 flex-1 flex-col pt-1.5">
        <Tabs
          label={`Of ${row.name}`}
          value={tab}
          onChange={props.onTab}
          tabs={[
            {
              id: 'services',
              label: 'Services',
              content: (
                <ServicesTab engine={engine} row={row} containers={own} declared={diagnosis?.services} />
              ),
            },
            {
              id: 'compose',
              label: 'Compose',
              content: (
                <ComposeTab
                  engine={engine}
                  row={row}
                  edits={edits}
                  problems={diagnosis?.problems ?? []}
                  planning={planning}
                  task={task}
                  failure={failure ?? edits.failure}
                  orphans={orphans}
                  onOrphans={setOrphans}
                  onSave={() => void save()}
                  onApply={() => void apply()}
                />
              ),
            },
            { id: 'logs', label: 'Logs', content: <ProjectLog engine={engine} project={row.name} /> },
            { id: 'map', label: 'Map', content: <MapTab engine={engine} row={row} disk={disk} /> },
          ]}
        />
      </div>
      {downing && <DownDialog engine={engine} row={row} onClose={() => setDowning(false)} />}
    </section>
  )
}

/** The newest task that carries out a plan of this project. */
function useLastDeploy(engine: string, name: string) {
  const tasks = useFeed(useSession().tasks)
  return tasks?.findLast(
    (task) => task.engine === engine && task.detail.kind === 'steps' && task.detail.project === name,
  )
}

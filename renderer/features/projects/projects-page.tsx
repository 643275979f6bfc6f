/** The page of projects: the list with its keys, or one project. */
import { FolderOpen, Plus } from 'lucide-react'
import { type KeyboardEvent, useMemo, useRef, useState } from 'react'
import { parseFilter, passesFilter } from '../../lib/filter-query.ts'
import { openProjectLogs } from '../../panels/dock/dock-store.ts'
import { useClient, useLiveList, useSession } from '../../rpc/session.tsx'
import type { ProjectRow } from '../../rpc/views.ts'
import { Button } from '../../ui/button.tsx'
import { useRowHeight } from '../../ui/density.ts'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Page } from '../../ui/page.tsx'
import { SearchBox } from '../../ui/search-box.tsx'
import { StaleNote } from '../../ui/stale-note.tsx'
import { Unreachable } from '../../ui/unreachable.tsx'
import { useStore } from '../../ui/use-store.ts'
import { VirtualList, type VirtualListHandle } from '../../ui/virtual-list.tsx'
import { actOnProject, pendingProjects, projectFailures, projectKey } from './acts.ts'
import { DownDialog } from './down-dialog.tsx'
import { OpenDialog } from './open-dialog.tsx'
import { type ProjectActs, ProjectCells, ProjectHead } from './project-cells.tsx'
import { ProjectPage } from './project-page.tsx'

/** What the address holds of this page. */
export interface ProjectsView {
  readonly q?: string | undefined
  readonly id?: string | undefined
  readonly tab?: string | undefined
}

export function ProjectsPage(props: {
  readonly engine: string
  readonly view: ProjectsView
  readonly onView: (patch: ProjectsView, replace: boolean) => void
  readonly onNew: () => void
  readonly onReconnect: () => void
}) {
  const { engine, view, onView } = props
  const client = useClient()
  const { rows, loaded, asOf, stale } = useLiveList(useSession().projects(engine))
  const pending = useStore(pendingProjects)
  const failures = useStore(projectFailures)
  const rowHeight = useRowHeight()
  const grid = useRef<VirtualListHandle>(null)
  const [active, setActive] = useState<string | null>(null)
  const [removing, setRemoving] = useState<ProjectRow | null>(null)
  const [opening, setOpening] = useState(false)
  const text = view.q ?? ''
  const items = useMemo(() => {
    const query = parseFilter(text, ['state', 'files'])
    return rows
      .filter((row) =>
        passesFilter(
          query,
          [row.name, ...row.services.map(({ name }) => name), ...row.files].join(' '),
          (key, value) => (key === 'state' ? row.state === value : row.place === value),
        ),
      )
      .sort((one, other) => one.name.localeCompare(other.name, 'en', { numeric: true }))
  }, [rows, text])
  const acts: ProjectActs = useMemo(
    () => ({
      onOpen: (row) => {
        setActive(row.name)
        onView({ id: row.name, tab: undefined }, false)
      },
      onLogs: (row) => openProjectLogs(engine, row.name),
      onMain: (row) => void actOnProject(client, engine, row.name, null, row.running > 0 ? 'stop' : 'start'),
    }),
    [client, engine, onView],
  )
  const onKey = (event: KeyboardEvent, row: ProjectRow | undefined): boolean => {
    if (!row || event.ctrlKey || event.metaKey || event.altKey) return false
    if (event.key === 'Enter') acts.onOpen(row)
    else if (event.key === 'l') acts.onLogs(row)
    else if (event.key === 's') acts.onMain(row)
    else if (event.key === 'r') void actOnProject(client, engine, row.name, null, 'restart')
    else if (event.key === 'Delete') setRemoving(row)
    else return false
    return true
  }
  const back = () => {
    onView({ id: undefined, tab: undefined }, false)
    requestAnimationFrame(() => grid.current?.focus())
  }
  const shown = rows.find((row) => row.name === view.id)
  if (shown) {
    return (
      <ProjectPage
        key={shown.name}
        engine={engine}
        row={shown}
        tab={view.tab}
        onTab={(tab) => onView({ tab }, true)}
        onBack={back}
      />
    )
  }
  const dialogs = (
    <>
      {removing && <DownDialog engine={engine} row={removing} onClose={() => setRemoving(null)} />}
      {opening && (
        <OpenDialog
          engine={engine}
          onClose={(name) => {
            setOpening(false)
            if (name !== null) onView({ id: name, tab: 'compose' }, false)
          }}
        />
      )}
    </>
  )
  const making = (
    <>
      <Button onClick={() => setOpening(true)}>
        <FolderOpen /> Open
      </Button>
      <Button kind="primary" onClick={props.onNew}>
        <Plus /> New project
      </Button>
    </>
  )
  if (!loaded && stale !== null) {
    return (
      <Page title="Projects">
        <Unreachable title="Projects could not be read" reason={stale} onReconnect={props.onReconnect} />
      </Page>
    )
  }
  if (loaded && rows.length === 0 && stale === null) {
    return (
      <Page title="Projects" acts={making}>
        <EmptyState title="No projects yet" act={making} command="longshore compose up -d">
          A project is a stack of containers that one compose file describes. Write one here, open one that
          you have, or bring one up in a terminal: it appears here whoever made it.
        </EmptyState>
        {dialogs}
      </Page>
    )
  }
  return (
    <Page
      title="Projects"
      search={
        <SearchBox
          value={text}
          onChange={(q) => onView({ q: q === '' ? undefined : q }, true)}
          onLeave={() => grid.current?.focus()}
          placeholder="Filter by name, service, file, state:running"
          className="w-full max-w-[420px]"
        />
      }
      acts={making}
    >
      <div className="relative flex min-h-0 flex-1 flex-col">
        {stale !== null && (
          <StaleNote what="Projects" reason={stale} asOf={asOf} onReconnect={props.onReconnect} />
        )}
        <VirtualList
          ref={grid}
          label="Projects"
          items={items}
          keyOf={(row) => row.name}
          rowHeight={rowHeight}
          header={<ProjectHead />}
          activeKey={active}
          onActive={(row) => setActive(row.name)}
          onKey={onKey}
          renderRow={(row, place) => (
            <ProjectCells
              row={row}
              list={place}
              pending={pending.get(projectKey(engine, row.name))}
              trouble={failures.get(projectKey(engine, row.name))?.message}
              acts={acts}
            />
          )}
        />
        {rows.length > 0 && items.length === 0 && (
          <p className="absolute inset-x-0 top-24 text-center text-muted">No project matches this filter.</p>
        )}
      </div>
      {dialogs}
    </Page>
  )
}

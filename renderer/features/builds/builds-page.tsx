/** The page of builds: the history with its keys, one build, or one that is about to be. */
import { Hammer } from 'lucide-react'
import { type KeyboardEvent, useCallback, useMemo, useRef, useState } from 'react'
import { parseFilter, passesFilter } from '../../lib/filter-query.ts'
import { failureOf } from '../../rpc/failure-of.ts'
import { useClient, useFeed, useLiveList, useSession } from '../../rpc/session.tsx'
import type { BuildInput, BuildRow, Failure } from '../../rpc/views.ts'
import { Button } from '../../ui/button.tsx'
import { ErrorNote } from '../../ui/callout.tsx'
import { useRowHeight } from '../../ui/density.ts'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Page } from '../../ui/page.tsx'
import { SearchBox } from '../../ui/search-box.tsx'
import { StaleNote } from '../../ui/stale-note.tsx'
import { Unreachable } from '../../ui/unreachable.tsx'
import { VirtualList, type VirtualListHandle } from '../../ui/virtual-list.tsx'
import { BuildCells, BuildHead } from './build-cells.tsx'
import { BuildPage } from './build-page.tsx'
import { NEW, writeDraft } from './drafts.ts'
import { NewBuildDialog } from './new-build-dialog.tsx'

/** What the address holds of this page. `id` is that of a build, or `new`. */
export interface BuildsView {
  readonly q?: string | undefined
  readonly id?: string | undefined
  readonly tab?: string | undefined
}

export function BuildsPage(props: {
  readonly engine: string
  readonly view: BuildsView
  readonly onView: (patch: BuildsView, replace: boolean) => void
  readonly onRun: (image: string) => void
  readonly onReconnect: () => void
}) {
  const { engine, view, onView } = props
  const client = useClient()
  const session = useSession()
  const { rows, loaded, asOf, stale } = useLiveList(session.builds(engine))
  const known = useFeed(session.engines)?.find((each) => each.id === engine)
  const rowHeight = useRowHeight()
  const grid = useRef<VirtualListHandle>(null)
  const [active, setActive] = useState<string | null>(null)
  const [making, setMaking] = useState(false)
  const [failure, setFailure] = useState<Failure | null>(null)
  const text = view.q ?? ''
  const items = useMemo(() => {
    const query = parseFilter(text, ['state', 'target', 'image'])
    return rows
      .filter((row) =>
        passesFilter(query, [row.title, row.id, ...row.names, row.target ?? ''].join(' '), (key, value) => {
          if (key === 'state') return row.state === value || stateAlias(row.state) === value
          if (key === 'target') return row.target === value
          return row.names.some((name) => name.includes(value))
        }),
      )
      .sort((one, other) => other.startedAt.localeCompare(one.startedAt))
  }, [rows, text])
  const open = useCallback(
    (row: BuildRow) => {
      setActive(row.id)
      onView({ id: row.id, tab: undefined }, false)
    },
    [onView],
  )
  const forget = (row: BuildRow) =>
    void client.builds.forget({ engine, id: row.id }).catch((error: unknown) => setFailure(failureOf(error)))
  const onKey = (event: KeyboardEvent, row: BuildRow | undefined): boolean => {
    if (!row || event.ctrlKey || event.metaKey || event.altKey) return false
    if (event.key === 'Enter') open(row)
    else if (event.key === 'Delete' && row.state !== 'running') forget(row)
    else if (event.key === 'x' && row.state === 'running') void client.builds.cancel({ engine, id: row.id })
    else if (event.key === 'r' && row.names[0] !== undefined) props.onRun(row.names[0])
    else return false
    return true
  }
  const back = () => {
    onView({ id: undefined, tab: undefined }, false)
    requestAnimationFrame(() => grid.current?.focus())
  }
  const begin = (input: BuildInput, dockerfile: string) => {
    writeDraft(engine, NEW, { input, text: dockerfile })
    setMaking(false)
    onView({ id: NEW, tab: undefined }, false)
  }
  const build = (
    <Button kind="primary" onClick={() => setMaking(true)}>
      <Hammer /> Build
    </Button>
  )
  const dialog = making && <NewBuildDialog engine={engine} onClose={() => setMaking(false)} onBegin={begin} />
  if (known?.capabilities && !known.capabilities.builds) {
    return (
      <Page title="Builds">
        <EmptyState title={`Longshore does not build on ${known.name} yet`} command="docker build -t shop .">
          This engine keeps no history of its builds. Build on the embedded engine, which tells why each step
          ran, and push the image or save it to a file.
        </EmptyState>
      </Page>
    )
  }
  if (!loaded && stale !== null) {
    return (
      <Page title="Builds">
        <Unreachable title="Builds could not be read" reason={stale} onReconnect={props.onReconnect} />
      </Page>
    )
  }
  if (view.id !== undefined && (view.id === NEW || loaded)) {
    return (
      <BuildPage
        key={view.id}
        engine={engine}
        id={view.id}
        rows={rows}
        tab={view.tab}
        onTab={(tab) => onView({ tab }, true)}
        onBuilt={(id) => onView({ id, tab: undefined }, false)}
        onRun={props.onRun}
        onBack={back}
      />
    )
  }
  if (loaded && rows.length === 0 && stale === null) {
    return (
      <Page title="Builds" acts={build}>
        <EmptyState title="No builds yet" act={build} command="longshore build -t shop .">
          A Dockerfile becomes an image here, step by step, and each step says why it ran or did not have to.
          Builds from the docker CLI stand here too.
        </EmptyState>
        {dialog}
      </Page>
    )
  }
  return (
    <Page
      title="Builds"
      search={
        <SearchBox
          value={text}
          onChange={(q) => onView({ q: q === '' ? undefined : q }, true)}
          onLeave={() => grid.current?.focus()}
          placeholder="Filter by name, image, state:failed"
          className="w-full max-w-[420px]"
        />
      }
      acts={build}
    >
      <div className="relative flex min-h-0 flex-1 flex-col">
        {stale !== null && (
          <StaleNote what="Builds" reason={stale} asOf={asOf} onReconnect={props.onReconnect} />
        )}
        {failure && <ErrorNote trouble={failure} className="mx-5 my-2" />}
        <VirtualList
          ref={grid}
          label="Builds"
          items={items}
          keyOf={(row) => row.id}
          rowHeight={rowHeight}
          header={<BuildHead />}
          activeKey={active}
          onActive={(row) => setActive(row.id)}
          onKey={onKey}
          renderRow={(row, place) => <BuildCells row={row} list={place} onOpen={open} />}
        />
        {rows.length > 0 && items.length === 0 && (
          <p className="absolute inset-x-0 top-24 text-center text-muted">No build matches this filter.</p>
        )}
      </div>
      {dialog}
    </Page>
  )
}

/** People filter by the words that they read. */
function stateAlias(state: BuildRow['state']): string {
  return state === 'done' ? 'built' : state === 'running' ? 'building' : state
}

/** The page of containers: the list, its keys, and the detail beside it. */
import { Download, Play } from 'lucide-react'
import {
  type KeyboardEvent,
  type ReactNode,
  useCallback,
  useDeferredValue,
  useEffect,
  useMemo,
  useRef,
  useState,
} from 'react'
import { withToken } from '../../lib/filter-query.ts'
import {
  type Act,
  actFailures,
  actKey,
  actOn,
  mainAct,
  noteFailure,
  pendingActs,
} from '../../panels/containers/acts.ts'
import { openLogs } from '../../panels/dock/dock-store.ts'
import { openTerminal } from '../../panels/dock/open-terminal.ts'
import { useClient, useLiveList, useSession } from '../../rpc/session.tsx'
import type { ContainerRow } from '../../rpc/views.ts'
import { Button } from '../../ui/button.tsx'
import { useRowHeight } from '../../ui/density.ts'
import { Page } from '../../ui/page.tsx'
import { SearchBox } from '../../ui/search-box.tsx'
import { Select } from '../../ui/select.tsx'
import { SplitPane } from '../../ui/split-pane.tsx'
import { StaleNote } from '../../ui/stale-note.tsx'
import { Unreachable } from '../../ui/unreachable.tsx'
import { useMedia } from '../../ui/use-media.ts'
import { useStore } from '../../ui/use-store.ts'
import { VirtualList, type VirtualListHandle } from '../../ui/virtual-list.tsx'
import { BulkBar } from './bulk-bar.tsx'
import { ContainerCells, ContainerHead, GroupHead, type RowActs } from './container-cells.tsx'
import { ContainerDetail } from './container-detail.tsx'
import './containers.css'
import { containerFilter } from './filter.ts'
import { groupRows, type ListItem } from './groups.ts'
import { RemovalDialog } from './removal-dialog.tsx'
import { useUsageStream } from './usage.ts'

/** What the address holds of this page. */
export interface ContainersView {
  readonly q?: string | undefined
  readonly id?: string | undefined
  readonly tab?: string | undefined
}

export function ContainersPage(props: {
  readonly engine: string
  readonly view: ContainersView
  readonly onView: (patch: ContainersView, replace: boolean) => void
  readonly onRun: () => void
  readonly onPull: () => void
  readonly onReconnect: () => void
  /** Shown instead of the list while there is no container at all. */
  readonly welcome: ReactNode
}) {
  const { engine, view, onView } = props
  const client = useClient()
  const list = useSession().containers(engine)
  const { rows, loaded, asOf, stale } = useLiveList(list)
  const pending = useStore(pendingActs)
  const failures = useStore(actFailures)
  const rowHeight = useRowHeight()
  const beside = useMedia('(min-width: 1100px)')
  const search = useRef<HTMLInputElement>(null)
  const grid = useRef<VirtualListHandle>(null)
  const [folded, setFolded] = useState<ReadonlySet<string>>(new Set())
  const [active, setActive] = useState<string | null>(view.id ?? null)
  // What is shown is what the keys act on, also when a run or the palette led to it.
  useEffect(() => {
    if (view.id !== undefined) setActive(view.id)
  }, [view.id])
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set())
  const [removing, setRemoving] = useState<readonly ContainerRow[] | null>(null)
  const [visible, setVisible] = useState<readonly string[]>([])

  const text = view.q ?? ''
  const filterText = useDeferredValue(text)
  const items = useMemo(
    () => groupRows(rows.filter(containerFilter(filterText)), folded),
    [rows, filterText, folded],
  )
  const grouped = items[0]?.type === 'group'
  const shown = view.id === undefined ? undefined : rows.find((row) => row.id === view.id)
  const chosen = rows.filter((row) => selected.has(row.id))

  // biome-ignore lint/correctness/useExhaustiveDependencies: `rows` stands for what `list.row` answers
  const running = useMemo(() => {
    const ids = shown ? [...visible, shown.id] : visible
    return ids.filter((id) => list.row(id)?.state.kind === 'running')
  }, [visible, shown, rows, list])
  useUsageStream(engine, running)

  const onVisible = useCallback((seen: readonly ListItem[]) => {
    const ids = seen.flatMap((item) =>
      item.type === 'row' ? [item.row.id] : item.rows.slice(0, 40).map((row) => row.id),
    )
    setVisible((before) => (before.join() === ids.join() ? before : ids))
  }, [])

  const toggleFold = (key: string) => setFolded((before) => toggled(before, key))
  const acts: RowActs = useMemo(
    () => ({
      onOpen: (row) => {
        setActive(row.id)
        onView({ id: row.id }, false)
      },
      onAct: (row, act) => void actOn(client, engine, row.id, act),
      onLogs: (row) => openLogs(engine, row.id, row.name),
      onTerminal: (row) =>
        void openTerminal(client, engine, row.id).catch((error: unknown) =>
          noteFailure(engine, row.id, error),
        ),
      onSelect: (row) => {
        setActive(row.id)
        setSelected((before) => toggled(before, row.id))
      },
    }),
    [client, engine, onView],
  )

  const onKey = (event: KeyboardEvent, item: ListItem | undefined): boolean => {
    if (event.key === 'Escape' && selected.size > 0) {
      setSelected(new Set())
      return true
    }
    if (event.key === 'Escape' && view.id !== undefined) {
      onView({ id: undefined, tab: undefined }, false)
      return true
    }
    if ((event.ctrlKey || event.metaKey) && event.key === 'a') {
      setSelected(new Set(items.flatMap((each) => (each.type === 'row' ? [each.row.id] : []))))
      return true
    }
    if (event.ctrlKey || event.metaKey || event.altKey || !item) return false
    if (item.type === 'group') {
      if (event.key === 'Enter' || event.key === ' ') toggleFold(item.key)
      else if (event.key === 'ArrowLeft' && !item.folded) toggleFold(item.key)
      else if (event.key === 'ArrowRight' && item.folded) toggleFold(item.key)
      else return false
      return true
    }
    const { row } = item
    const targets = chosen.length > 0 ? chosen : [row]
    switch (event.key) {
      case 'Enter':
        acts.onOpen(row)
        return true
      case 'l':
        acts.onLogs(row)
        return true
      case 't':
        acts.onTerminal(row)
        return true
      case 's':
        for (const each of targets) acts.onAct(each, mainAct(each))
        return true
      case 'r':
        for (const each of targets) acts.onAct(each, 'restart')
        return true
      case 'Delete':
        setRemoving(targets)
        return true
      case ' ':
        acts.onSelect(row, false)
        return true
      default:
        return false
    }
  }
  const bulk = (act: Act) => {
    for (const row of chosen) if (mightAct(row, act)) acts.onAct(row, act)
  }

  const acting = (
    <>
      <Button onClick={props.onPull}>
        <Download /> Pull
      </Button>
      <Button kind="primary" onClick={props.onRun}>
        <Play /> Run container
      </Button>
    </>
  )
  if (!loaded && stale !== null) {
    return (
      <Page title="Containers">
        <Unreachable title="Containers could not be read" reason={stale} onReconnect={props.onReconnect} />
      </Page>
    )
  }
  if (loaded && rows.length === 0 && stale === null) {
    return (
      <Page title="Containers" acts={acting}>
        {props.welcome}
      </Page>
    )
  }
  const state = /(?:^|\s)state:(\w+)/.exec(text)?.[1] ?? 'any'
  const detail = shown && (
    <ContainerDetail
      key={shown.id}
      engine={engine}
      row={shown}
      tab={view.tab ?? 'overview'}
      onTab={(tab) => onView({ tab }, true)}
      onClose={() => {
        onView({ id: undefined, tab: undefined }, false)
        grid.current?.focus()
      }}
      onRemove={() => setRemoving([shown])}
    />
  )
  const body = (
    <div className="container-list relative flex min-h-0 flex-1 flex-col">
      {stale !== null && (
        <StaleNote what="Containers" reason={stale} asOf={asOf} onReconnect={props.onReconnect} />
      )}
      <VirtualList
        ref={grid}
        label="Containers"
        multiselectable
        tree={grouped}
        items={items}
        keyOf={(item) => item.key}
        rowHeight={rowHeight}
        header={<ContainerHead />}
        activeKey={active}
        onActive={(item) => {
          setActive(item.key)
          // With the detail open, it goes along with the focus.
          if (view.id !== undefined && item.type === 'row' && beside) onView({ id: item.row.id }, true)
        }}
        onKey={onKey}
        onVisible={onVisible}
        renderRow={(item, row) =>
          item.type === 'group' ? (
            <GroupHead group={item} engine={engine} row={row} onToggle={() => toggleFold(item.key)} />
          ) : (
            <ContainerCells
              engine={engine}
              row={item.row}
              list={row}
              pending={pending.get(actKey(engine, item.row.id))}
              trouble={failures.get(actKey(engine, item.row.id))?.message}
              changedAt={list.changedAt(item.row)}
              shown={item.row.id === view.id}
              selected={selected.has(item.row.id)}
              indent={grouped}
              acts={acts}
            />
          )
        }
      />
      {rows.length > 0 && items.length === 0 && (
        <div className="absolute inset-x-0 top-24 flex flex-col items-center gap-2 text-muted">
          <p>No container matches this filter.</p>
          <Button size="small" onClick={() => onView({ q: undefined }, true)}>
            Show all {rows.length}
          </Button>
        </div>
      )}
      {chosen.length > 0 && (
        <BulkBar
          rows={chosen}
          onAct={bulk}
          onRemove={() => setRemoving(chosen)}
          onClear={() => setSelected(new Set())}
        />
      )}
    </div>
  )
  return (
    <Page
      title="Containers"
      search={
        <SearchBox
          ref={search}
          value={text}
          onChange={(q) => onView({ q: q === '' ? undefined : q }, true)}
          onLeave={() => grid.current?.focus()}
          placeholder="Filter by name, image, port, label"
          className="w-full max-w-[420px]"
          before={
            <Select
              label="State"
              value={state}
              className="h-5 gap-1 rounded border-line bg-sunken px-1.5 text-12 [&_svg]:size-3"
              choices={
                STATES.some((each) => each.value === state)
                  ? STATES
                  : [...STATES, { value: state, label: `state:${state}` }]
              }
              onChange={(value) => {
                const q = withToken(text, 'state', value === 'any' ? null : value)
                onView({ q: q === '' ? undefined : q }, true)
              }}
            />
          }
        />
      }
      acts={acting}
    >
      {beside || !detail ? (
        <SplitPane
          name="container-detail"
          label="Width of the detail"
          direction="row"
          first={body}
          second={detail ?? null}
          initial={Math.round(Math.min(450, window.innerWidth * 0.32))}
          min={340}
          max={1100}
          keepFirst={420}
        />
      ) : (
        detail
      )}
      {removing && (
        <RemovalDialog
          engine={engine}
          rows={removing}
          onClose={(removed) => {
            setRemoving(null)
            if (removed) setSelected(new Set())
            grid.current?.focus()
          }}
        />
      )}
    </Page>
  )
}

const STATES = [
  { value: 'any', label: 'state:any' },
  { value: 'running', label: 'state:running' },
  { value: 'stopped', label: 'state:stopped' },
  { value: 'failed', label: 'state:failed' },
  { value: 'unhealthy', label: 'state:unhealthy' },
  { value: 'paused', label: 'state:paused' },
]

function mightAct(row: ContainerRow, act: Act): boolean {
  return act === 'start'
    ? row.state.kind !== 'running'
    : row.state.kind === 'running' || row.state.kind === 'paused'
}

function toggled(set: ReadonlySet<string>, key: string): ReadonlySet<string> {
  const next = new Set(set)
  if (!next.delete(key)) next.add(key)
  return next
}

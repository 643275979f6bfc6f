/** Volumes: the list, creating, removing, and who uses them. */
import { PanelRightClose, Plus, Trash2 } from 'lucide-react'
import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from 'react'
import { parseFilter, passesFilter } from '../../lib/filter-query.ts'
import { useLiveList, useSession } from '../../rpc/session.tsx'
import type { VolumeRow } from '../../rpc/views.ts'
import { Age } from '../../ui/age.tsx'
import { Badge } from '../../ui/badge.tsx'
import { Button, IconButton } from '../../ui/button.tsx'
import { CopyButton } from '../../ui/copy-button.tsx'
import { cx } from '../../ui/cx.ts'
import { useRowHeight } from '../../ui/density.ts'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Fact, Facts } from '../../ui/facts.tsx'
import { columnHead, GridRow, gridCell } from '../../ui/grid-row.tsx'
import { JsonTree } from '../../ui/json-tree.tsx'
import { Page } from '../../ui/page.tsx'
import { Scroll } from '../../ui/scroll.tsx'
import { SearchBox } from '../../ui/search-box.tsx'
import { SplitPane } from '../../ui/split-pane.tsx'
import { StaleNote } from '../../ui/stale-note.tsx'
import { Tabs } from '../../ui/tabs.tsx'
import { Unreachable } from '../../ui/unreachable.tsx'
import { useMedia } from '../../ui/use-media.ts'
import { VirtualList, type VirtualListHandle } from '../../ui/virtual-list.tsx'
import { CreateVolumeDialog } from './create-volume-dialog.tsx'
import { RemoveVolumeDialog } from './remove-volume-dialog.tsx'

/** What the address holds of this page. */
export interface VolumesView {
  readonly q?: string | undefined
  readonly id?: string | undefined
  readonly tab?: string | undefined
}

const COLUMNS = 'grid grid-cols-[minmax(180px,2fr)_minmax(110px,1.4fr)_80px_96px] items-center gap-x-3.5 px-5'

export function VolumesPage(props: {
  readonly engine: string
  readonly view: VolumesView
  readonly onView: (patch: VolumesView, replace: boolean) => void
  readonly onReconnect: () => void
}) {
  const { engine, view, onView } = props
  const { rows, loaded, asOf, stale } = useLiveList(useSession().volumes(engine))
  const rowHeight = useRowHeight()
  const beside = useMedia('(min-width: 1100px)')
  const grid = useRef<VirtualListHandle>(null)
  const [active, setActive] = useState<string | null>(view.id ?? null)
  // What is shown is what the keys act on, also when a run or the palette led to it.
  useEffect(() => {
    if (view.id !== undefined) setActive(view.id)
  }, [view.id])
  const [creating, setCreating] = useState(false)
  const [removing, setRemoving] = useState<VolumeRow | null>(null)
  const text = view.q ?? ''
  const items = useMemo(() => {
    const query = parseFilter(text, ['used', 'driver'])
    return rows
      .filter((row) =>
        passesFilter(query, [row.name, ...row.usedBy, ...Object.keys(row.labels)].join(' '), (key, value) =>
          key === 'driver'
            ? row.driver === value
            : value === 'no'
              ? row.usedBy.length === 0
              : row.usedBy.some((name) => name.includes(value)),
        ),
      )
      .sort(
        (one, other) =>
          Number(one.anonymous) - Number(other.anonymous) ||
          one.name.localeCompare(other.name, 'en', { numeric: true }),
      )
  }, [rows, text])
  const shown = rows.find((row) => row.name === view.id)
  const create = (
    <Button kind="primary" onClick={() => setCreating(true)}>
      <Plus /> Create volume
    </Button>
  )
  const dialogs = (
    <>
      {creating && (
        <CreateVolumeDialog
          engine={engine}
          onClose={(name) => {
            setCreating(false)
            if (name !== null) onView({ id: name }, false)
          }}
        />
      )}
      {removing && (
        <RemoveVolumeDialog
          engine={engine}
          row={removing}
          onClose={() => {
            setRemoving(null)
            grid.current?.focus()
          }}
        />
      )}
    </>
  )
  if (!loaded && stale !== null) {
    return (
      <Page title="Volumes">
        <Unreachable title="Volumes could not be read" reason={stale} onReconnect={props.onReconnect} />
      </Page>
    )
  }
  if (loaded && rows.length === 0 && stale === null) {
    return (
      <Page title="Volumes" acts={create}>
        <EmptyState title="No volumes yet" act={create} command="docker volume create data">
          A volume keeps data when its container is removed. Create one here, or name one in the run form.
        </EmptyState>
        {dialogs}
      </Page>
    )
  }
  const onKey = (event: KeyboardEvent, row: VolumeRow | undefined): boolean => {
    if (event.key === 'Escape' && view.id !== undefined) {
      onView({ id: undefined, tab: undefined }, false)
      return true
    }
    if (!row || event.ctrlKey || event.metaKey || event.altKey) return false
    if (event.key === 'Enter') onView({ id: row.name }, false)
    else if (event.key === 'Delete') setRemoving(row)
    else return false
    return true
  }
  const detail = shown && (
    <VolumeDetail
      row={shown}
      tab={view.tab ?? 'overview'}
      onTab={(tab) => onView({ tab }, true)}
      onClose={() => {
        onView({ id: undefined, tab: undefined }, false)
        grid.current?.focus()
      }}
      onRemove={() => setRemoving(shown)}
    />
  )
  const body = (
    <div className="relative flex min-h-0 flex-1 flex-col">
      {stale !== null && (
        <StaleNote what="Volumes" reason={stale} asOf={asOf} onReconnect={props.onReconnect} />
      )}
      <VirtualList
        ref={grid}
        label="Volumes"
        items={items}
        keyOf={(row) => row.name}
        rowHeight={rowHeight}
        activeKey={active}
        onActive={(row) => {
          setActive(row.name)
          if (view.id !== undefined && beside) onView({ id: row.name }, true)
        }}
        onKey={onKey}
        header={
          <GridRow
            className={cx(COLUMNS, 'h-7 shrink-0 border-b border-line text-11 font-medium text-muted')}
          >
            <span {...columnHead}>Name</span>
            <span {...columnHead}>Used by</span>
            <span {...columnHead}>Driver</span>
            <span {...columnHead}>Created</span>
          </GridRow>
        }
        renderRow={(row, place) => (
          <GridRow
            id={place.id}
            aria-rowindex={place['aria-rowindex']}
            aria-selected={row.name === view.id}
            onClick={() => {
              setActive(row.name)
              onView({ id: row.name }, false)
            }}
            className={cx(
              COLUMNS,
              'h-full select-none border-b border-line hover:bg-hover',
              row.name === view.id && 'bg-selected shadow-[inset_2px_0_0_var(--accent)] hover:bg-selected',
              place.active && 'group-focus-visible/list:shadow-[inset_0_0_0_2px_var(--focus)]',
            )}
          >
            <span {...gridCell} className="flex min-w-0 items-center gap-2.5">
              <span
                className={cx('truncate', row.anonymous ? 'font-mono text-12 text-muted' : 'font-medium')}
                title={row.name}
              >
                {row.anonymous ? row.name.slice(0, 12) : row.name}
              </span>
              {row.anonymous && <Badge>no name</Badge>}
            </span>
            <span
              {...gridCell}
              className={cx('truncate', row.usedBy.length > 0 ? 'text-soft' : 'text-muted')}
            >
              {row.usedBy.length > 0 ? row.usedBy.join(', ') : 'nothing'}
            </span>
            <span {...gridCell} className="truncate text-soft">
              {row.driver}
            </span>
            <span {...gridCell} className="figures text-soft">
              {row.createdAt && <Age iso={row.createdAt} ago />}
            </span>
          </GridRow>
        )}
      />
      {rows.length > 0 && items.length === 0 && (
        <p className="absolute inset-x-0 top-24 text-center text-muted">No volume matches this filter.</p>
      )}
    </div>
  )
  return (
    <Page
      title="Volumes"
      search={
        <SearchBox
          value={text}
          onChange={(q) => onView({ q: q === '' ? undefined : q }, true)}
          onLeave={() => grid.current?.focus()}
          placeholder="Filter by name, container, used:no"
          className="w-full max-w-[420px]"
        />
      }
      acts={create}
    >
      {beside || !detail ? (
        <SplitPane
          name="volume-detail"
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
      {dialogs}
    </Page>
  )
}

function VolumeDetail(props: {
  readonly row: VolumeRow
  readonly tab: string
  readonly onTab: (tab: string) => void
  readonly onClose: () => void
  readonly onRemove: () => void
}) {
  const { row } = props
  const labels = Object.entries(row.labels)
  return (
    <section aria-label={`Volume ${row.name}`} className="flex min-h-0 flex-1 flex-col bg-raised">
      <header className="flex shrink-0 flex-col gap-1 px-5 pt-3.5">
        <div className="flex min-w-0 items-center gap-2">
          <h2 className={cx('truncate font-semibold', row.anonymous ? 'font-mono text-13' : 'text-15')}>
            {row.name}
          </h2>
          <CopyButton text={row.name} label="Copy the name" />
          <IconButton
            size="small"
            label="Close the detail"
            keys="Esc"
            className="ml-auto"
            onClick={props.onClose}
          >
            <PanelRightClose />
          </IconButton>
        </div>
        <div className="flex items-center gap-2 py-2.5">
          <Button onClick={props.onRemove}>
            <Trash2 /> Remove
          </Button>
        </div>
      </header>
      <Tabs
        label={`Of ${row.name}`}
        value={props.tab}
        onChange={props.onTab}
        tabs={[
          {
            id: 'overview',
            label: 'Overview',
            content: (
              <Scroll label="Overview" className="px-5 py-3">
                <Facts>
                  <Fact name="Used by">{row.usedBy.length > 0 ? row.usedBy.join(', ') : 'nothing'}</Fact>
                  <Fact name="Driver">{row.driver}</Fact>
                  <Fact name="Stands at">
                    <code className="break-all font-mono text-12">{row.mountpoint}</code>
                  </Fact>
                  {row.createdAt && (
                    <Fact name="Created">
                      <Age iso={row.createdAt} ago />
                    </Fact>
                  )}
                  {labels.map(([name, value]) => (
                    <Fact key={name} name="Label">
                      <code className="break-all font-mono text-12">
                        {name}={value}
                      </code>
                    </Fact>
                  ))}
                </Facts>
              </Scroll>
            ),
          },
          {
            id: 'inspect',
            label: 'Inspect',
            content: <JsonTree value={row.raw} label={`All of ${row.name}`} />,
          },
        ]}
      />
    </section>
  )
}

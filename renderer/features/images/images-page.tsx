/** The page of images: the list and the detail beside it. */
import { Download } from 'lucide-react'
import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from 'react'
import { formatBytes } from '../../lib/bytes.ts'
import { parseFilter, passesFilter } from '../../lib/filter-query.ts'
import { useLiveList, useSession } from '../../rpc/session.tsx'
import type { ImageRow } from '../../rpc/views.ts'
import { Age } from '../../ui/age.tsx'
import { Badge } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { cx } from '../../ui/cx.ts'
import { useRowHeight } from '../../ui/density.ts'
import { EmptyState } from '../../ui/empty-state.tsx'
import { columnHead, GridRow, gridCell } from '../../ui/grid-row.tsx'
import { Page } from '../../ui/page.tsx'
import { SearchBox } from '../../ui/search-box.tsx'
import { SplitPane } from '../../ui/split-pane.tsx'
import { StaleNote } from '../../ui/stale-note.tsx'
import { Unreachable } from '../../ui/unreachable.tsx'
import { useMedia } from '../../ui/use-media.ts'
import { VirtualList, type VirtualListHandle } from '../../ui/virtual-list.tsx'
import { ImageDetail } from './image-detail.tsx'
import './images.css'
import { shortId, splitTag } from './reference.ts'
import { RemoveImageDialog } from './remove-image-dialog.tsx'

/** What the address holds of this page. */
export interface ImagesView {
  readonly q?: string | undefined
  readonly id?: string | undefined
  readonly tab?: string | undefined
}

const KEYS = ['tag', 'used', 'label']

export function ImagesPage(props: {
  readonly engine: string
  readonly view: ImagesView
  readonly onView: (patch: ImagesView, replace: boolean) => void
  readonly onPull: () => void
  readonly onRun: (image: string) => void
  readonly onReconnect: () => void
}) {
  const { engine, view, onView } = props
  const list = useSession().images(engine)
  const { rows, loaded, asOf, stale } = useLiveList(list)
  const rowHeight = useRowHeight()
  const beside = useMedia('(min-width: 1100px)')
  const grid = useRef<VirtualListHandle>(null)
  const [active, setActive] = useState<string | null>(view.id ?? null)
  // What is shown is what the keys act on, also when a run or the palette led to it.
  useEffect(() => {
    if (view.id !== undefined) setActive(view.id)
  }, [view.id])
  const [removing, setRemoving] = useState<ImageRow | null>(null)
  const text = view.q ?? ''
  const items = useMemo(() => sorted(rows.filter(imageFilter(text))), [rows, text])
  const shown = rows.find((row) => row.id === view.id)
  const pull = (
    <Button kind="primary" onClick={props.onPull}>
      <Download /> Pull
    </Button>
  )
  if (!loaded && stale !== null) {
    return (
      <Page title="Images">
        <Unreachable title="Images could not be read" reason={stale} onReconnect={props.onReconnect} />
      </Page>
    )
  }
  if (loaded && rows.length === 0 && stale === null) {
    return (
      <Page title="Images" acts={pull}>
        <EmptyState title="No images yet" act={pull} command="docker pull nginx:1.27">
          An image is what a container starts from. Pull one from a registry; its layers and what uses them
          will stand here.
        </EmptyState>
      </Page>
    )
  }
  const onKey = (event: KeyboardEvent, row: ImageRow | undefined): boolean => {
    if (event.key === 'Escape' && view.id !== undefined) {
      onView({ id: undefined, tab: undefined }, false)
      return true
    }
    if (!row || event.ctrlKey || event.metaKey || event.altKey) return false
    if (event.key === 'Enter') onView({ id: row.id }, false)
    else if (event.key === 'r') props.onRun(row.tags[0] ?? row.id)
    else if (event.key === 'Delete') setRemoving(row)
    else return false
    return true
  }
  const detail = shown && (
    <ImageDetail
      key={shown.id}
      engine={engine}
      row={shown}
      tab={view.tab ?? 'layers'}
      onTab={(tab) => onView({ tab }, true)}
      onClose={() => {
        onView({ id: undefined, tab: undefined }, false)
        grid.current?.focus()
      }}
      onRun={() => props.onRun(shown.tags[0] ?? shown.id)}
      onRemove={() => setRemoving(shown)}
    />
  )
  const body = (
    <div className="image-list relative flex min-h-0 flex-1 flex-col">
      {stale !== null && (
        <StaleNote what="Images" reason={stale} asOf={asOf} onReconnect={props.onReconnect} />
      )}
      <VirtualList
        ref={grid}
        label="Images"
        items={items}
        keyOf={(row) => row.id}
        rowHeight={rowHeight}
        activeKey={active}
        onActive={(row) => {
          setActive(row.id)
          if (view.id !== undefined && beside) onView({ id: row.id }, true)
        }}
        onKey={onKey}
        header={
          <GridRow className="image-cells h-7 shrink-0 border-b border-line px-5 text-11 font-medium text-muted">
            <span {...columnHead}>Image</span>
            <span {...columnHead}>Used by</span>
            <span {...columnHead} className="cell-id">
              Id
            </span>
            <span {...columnHead}>Made</span>
            <span {...columnHead} className="text-right">
              Size
            </span>
          </GridRow>
        }
        renderRow={(row, place) => (
          <GridRow
            id={place.id}
            aria-rowindex={place['aria-rowindex']}
            aria-selected={row.id === view.id}
            onClick={() => {
              setActive(row.id)
              onView({ id: row.id }, false)
            }}
            className={cx(
              'image-cells h-full select-none border-b border-line px-5 hover:bg-hover',
              row.id === view.id && 'bg-selected shadow-[inset_2px_0_0_var(--accent)] hover:bg-selected',
              place.active && 'group-focus-visible/list:shadow-[inset_0_0_0_2px_var(--focus)]',
            )}
          >
            <span {...gridCell} className="flex min-w-0 items-center gap-2.5">
              <ImageName row={row} />
            </span>
            <span
              {...gridCell}
              className={cx('truncate', row.usedBy.length > 0 ? 'text-soft' : 'text-muted')}
            >
              {row.usedBy.length > 0 ? row.usedBy.join(', ') : 'nothing'}
            </span>
            <span {...gridCell} className="cell-id font-mono text-12 text-muted">
              {shortId(row.id)}
            </span>
            <span {...gridCell} className="figures text-soft">
              {row.createdAt && <Age iso={row.createdAt} ago />}
            </span>
            <span {...gridCell} className="figures text-right">
              {formatBytes(row.sizeBytes)}
            </span>
          </GridRow>
        )}
      />
      {rows.length > 0 && items.length === 0 && (
        <p className="absolute inset-x-0 top-24 text-center text-muted">No image matches this filter.</p>
      )}
    </div>
  )
  const total = rows.reduce((sum, row) => sum + row.sizeBytes, 0)
  return (
    <Page
      title="Images"
      search={
        <SearchBox
          value={text}
          onChange={(q) => onView({ q: q === '' ? undefined : q }, true)}
          onLeave={() => grid.current?.focus()}
          placeholder="Filter by name, tag, label, digest"
          className="w-full max-w-[420px]"
        />
      }
      acts={
        <>
          <span className="figures text-muted max-[1000px]:hidden">
            {rows.length} {rows.length === 1 ? 'image' : 'images'}, {formatBytes(total)}
          </span>
          {pull}
        </>
      }
    >
      {beside || !detail ? (
        <SplitPane
          name="image-detail"
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
        <RemoveImageDialog
          engine={engine}
          row={removing}
          onClose={() => {
            setRemoving(null)
            grid.current?.focus()
          }}
        />
      )}
    </Page>
  )
}

function ImageName(props: { readonly row: ImageRow }) {
  const first = props.row.tags[0]
  if (first === undefined) {
    return (
      <>
        <span className="text-muted">untagged</span>
        <Badge>{shortId(props.row.id).slice(0, 6)}</Badge>
      </>
    )
  }
  const { name, tag } = splitTag(first)
  return (
    <>
      <span className="truncate font-medium" title={first}>
        {name}
      </span>
      <Badge className="max-w-28">{tag}</Badge>
      {props.row.tags.length > 1 && (
        <span className="shrink-0 text-12 text-muted" title={props.row.tags.slice(1).join('\n')}>
          +{props.row.tags.length - 1}
        </span>
      )}
    </>
  )
}

function imageFilter(text: string): (row: ImageRow) => boolean {
  const query = parseFilter(text, KEYS)
  return (row) =>
    passesFilter(
      query,
      [...row.tags, ...row.digests, row.id, ...row.usedBy, ...Object.keys(row.labels)].join(' '),
      (key, value) => {
        if (key === 'used')
          return value === 'no' ? row.usedBy.length === 0 : row.usedBy.some((name) => name.includes(value))
        if (key === 'tag') return row.tags.some((tag) => splitTag(tag).tag.includes(value))
        return Object.entries(row.labels).some(([name, of]) => `${name}=${of}`.toLowerCase().includes(value))
      },
    )
}

function sorted(rows: readonly ImageRow[]): readonly ImageRow[] {
  const name = (row: ImageRow) => row.tags[0] ?? `\uffff${row.id}`
  return [...rows].sort((one, other) => name(one).localeCompare(name(other), 'en', { numeric: true }))
}

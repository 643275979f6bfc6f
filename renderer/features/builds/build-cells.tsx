/** One row of the history. */
import { memo } from 'react'
import type { BuildRow } from '../../rpc/views.ts'
import { Age } from '../../ui/age.tsx'
import { Badge } from '../../ui/badge.tsx'
import { cx } from '../../ui/cx.ts'
import { columnHead, GridRow, gridCell } from '../../ui/grid-row.tsx'
import type { RowProps } from '../../ui/virtual-list.tsx'
import { BuildMark, stateWords, stepsWords, Took } from './build-words.tsx'

const COLUMNS =
  'grid grid-cols-[minmax(180px,1.3fr)_minmax(180px,1.6fr)_minmax(130px,0.9fr)_84px_minmax(140px,1.2fr)_96px] items-center gap-x-3.5 px-5'

export function BuildHead() {
  return (
    <GridRow className={cx(COLUMNS, 'h-7 shrink-0 border-b border-line text-11 font-medium text-muted')}>
      {['Build', 'State', 'Steps', 'Took', 'Image', 'Begun'].map((title) => (
        <span key={title} {...columnHead}>
          {title}
        </span>
      ))}
    </GridRow>
  )
}

export const BuildCells = memo(function BuildCells(props: {
  readonly row: BuildRow
  readonly list: RowProps
  readonly onOpen: (row: BuildRow) => void
}) {
  const { row, list } = props
  const state = stateWords(row)
  return (
    <GridRow
      id={list.id}
      aria-rowindex={list['aria-rowindex']}
      onClick={() => props.onOpen(row)}
      className={cx(
        COLUMNS,
        'h-full select-none border-b border-line hover:bg-hover',
        list.active && 'group-focus-visible/list:shadow-[inset_0_0_0_2px_var(--focus)]',
      )}
    >
      <span {...gridCell} className="flex min-w-0 items-center gap-2">
        <BuildMark state={row.state} />
        <span className="truncate font-medium" title={row.title}>
          {row.title}
        </span>
        {row.target !== null && <Badge title="The stage that was built">{row.target}</Badge>}
      </span>
      <span
        {...gridCell}
        title={state}
        className={cx('truncate', row.state === 'failed' ? 'text-bad-text' : 'text-soft')}
      >
        {state}
        {row.warnings > 0 && row.state !== 'failed' && (
          <span className="text-warn-text">
            , {row.warnings} {row.warnings === 1 ? 'warning' : 'warnings'}
          </span>
        )}
      </span>
      <span {...gridCell} className="figures truncate text-soft">
        {stepsWords(row)}
      </span>
      <span {...gridCell} className="text-soft">
        <Took
          start={Date.parse(row.startedAt)}
          end={row.completedAt === null ? null : Date.parse(row.completedAt)}
        />
      </span>
      <span
        {...gridCell}
        title={row.names.join('\n')}
        className={cx('truncate', row.names.length > 0 ? 'text-soft' : 'text-muted')}
      >
        {row.names[0] ?? (row.state === 'done' ? 'no name' : '')}
        {row.names.length > 1 && ` +${row.names.length - 1}`}
      </span>
      <span {...gridCell} className="figures truncate text-soft">
        <Age iso={row.startedAt} ago />
      </span>
    </GridRow>
  )
})

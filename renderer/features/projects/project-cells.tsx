/** One row of the list. */
import { Play, ScrollText, Square } from 'lucide-react'
import { memo } from 'react'
import { PortLinks } from '../../panels/containers/ports.tsx'
import type { ProjectRow } from '../../rpc/views.ts'
import { Badge } from '../../ui/badge.tsx'
import { cx } from '../../ui/cx.ts'
import { columnHead, GridRow, gridCell } from '../../ui/grid-row.tsx'
import { RowButton } from '../../ui/row-button.tsx'
import type { RowProps } from '../../ui/virtual-list.tsx'
import { ProjectMark, ProjectStateWords, placeWords, servicesWords } from './project-words.tsx'

const COLUMNS =
  'grid grid-cols-[minmax(160px,1.2fr)_minmax(140px,1fr)_minmax(140px,1.1fr)_minmax(90px,0.8fr)_minmax(160px,2fr)] items-center gap-x-3.5 px-5'

export function ProjectHead() {
  return (
    <GridRow className={cx(COLUMNS, 'h-7 shrink-0 border-b border-line text-11 font-medium text-muted')}>
      {['Name', 'Services', 'State', 'Ports', 'Files'].map((title) => (
        <span key={title} {...columnHead}>
          {title}
        </span>
      ))}
    </GridRow>
  )
}

export interface ProjectActs {
  readonly onOpen: (row: ProjectRow) => void
  readonly onLogs: (row: ProjectRow) => void
  readonly onMain: (row: ProjectRow) => void
}

export const ProjectCells = memo(function ProjectCells(props: {
  readonly row: ProjectRow
  readonly list: RowProps
  readonly pending: string | undefined
  readonly trouble: string | undefined
  readonly acts: ProjectActs
}) {
  const { row, list, acts, pending } = props
  const up = row.running > 0
  return (
    <GridRow
      id={list.id}
      aria-rowindex={list['aria-rowindex']}
      onClick={() => acts.onOpen(row)}
      className={cx(
        COLUMNS,
        'group/row relative h-full select-none border-b border-line hover:bg-hover',
        list.active && 'group-focus-visible/list:shadow-[inset_0_0_0_2px_var(--focus)]',
      )}
    >
      <span {...gridCell} className="flex min-w-0 items-center gap-2">
        <ProjectMark state={pending ? 'starting' : row.state} />
        <span className="truncate font-medium" title={row.name}>
          {row.name}
        </span>
        {row.draft && <Badge title="It has edits that are not deployed">draft</Badge>}
      </span>
      <span {...gridCell} className="figures truncate text-soft">
        {servicesWords(row)}
      </span>
      <span {...gridCell} className="truncate">
        {props.trouble ? (
          <span className="text-bad-text" title={props.trouble}>
            {props.trouble}
          </span>
        ) : pending ? (
          <span className="text-soft">{pending}</span>
        ) : (
          <ProjectStateWords row={row} />
        )}
      </span>
      <span {...gridCell} className="truncate">
        <PortLinks ports={row.ports} />
      </span>
      <span
        {...gridCell}
        title={row.files.join('\n')}
        className={cx(
          'truncate group-hover/row:pr-16',
          row.place === 'here' ? 'font-mono text-12 text-soft' : 'text-muted',
        )}
      >
        {placeWords(row)}
      </span>
      <span
        {...gridCell}
        className="absolute inset-y-px right-2 my-auto hidden h-[26px] items-center rounded-control border border-line bg-raised group-hover/row:flex"
      >
        {row.services.length > 0 && (
          <>
            <RowButton label={`Logs of ${row.name} (L)`} onPress={() => acts.onLogs(row)}>
              <ScrollText />
            </RowButton>
            <RowButton label={`${up ? 'Stop' : 'Start'} ${row.name} (S)`} onPress={() => acts.onMain(row)}>
              {up ? <Square /> : <Play />}
            </RowButton>
          </>
        )}
      </span>
    </GridRow>
  )
})

/** One row of the list, and the head of a group. */
import {
  ChevronDown,
  ChevronRight,
  CircleAlert,
  Play,
  ScrollText,
  Square,
  SquareTerminal,
} from 'lucide-react'
import { memo } from 'react'
import { formatMemory, formatPercent } from '../../lib/bytes.ts'
import { type Act, mainAct, type Pending } from '../../panels/containers/acts.ts'
import { PortLinks } from '../../panels/containers/ports.tsx'
import { ContainerMark, StateWords } from '../../panels/containers/state-words.tsx'
import type { ContainerRow } from '../../rpc/views.ts'
import { cx } from '../../ui/cx.ts'
import { columnHead, GridRow, gridCell } from '../../ui/grid-row.tsx'
import { RowButton } from '../../ui/row-button.tsx'
import { Sparkline } from '../../ui/sparkline.tsx'
import type { RowProps } from '../../ui/virtual-list.tsx'
import type { ListItem } from './groups.ts'
import { HISTORY, useUsage, useUsageSum } from './usage.ts'

/** How long after a change a row still glows, so that scrolling it into view does not glow it again. */
const GLOW_MS = 600

export function ContainerHead() {
  const name = 'text-11 font-medium text-muted'
  return (
    <GridRow className="container-cells h-7 shrink-0 border-b border-line px-5">
      {['Name', 'Image', 'Ports', 'State', 'CPU, 1 min', 'CPU', 'Memory'].map((title, index) => (
        <span
          key={title}
          {...columnHead}
          className={cx(
            name,
            index === 1 && 'cell-image',
            index === 4 && 'cell-spark whitespace-nowrap',
            (index === 5 || index === 6) && 'text-right',
          )}
        >
          {title}
        </span>
      ))}
    </GridRow>
  )
}

export function GroupHead(props: {
  readonly group: Extract<ListItem, { type: 'group' }>
  readonly engine: string
  readonly row: RowProps
  readonly onToggle: () => void
}) {
  const { group, row } = props
  const sum = useUsageSum(
    props.engine,
    group.rows.filter((each) => each.state.kind === 'running').map((each) => each.id),
  )
  const Chevron = group.folded ? ChevronRight : ChevronDown
  const count =
    group.project === null ? `${group.rows.length}` : `${group.running} of ${group.rows.length} running`
  return (
    <GridRow
      id={row.id}
      aria-rowindex={row['aria-rowindex']}
      aria-expanded={!group.folded}
      onClick={props.onToggle}
      className={cx(
        'container-cells h-full border-b border-line bg-sunken px-5',
        row.active && 'group-focus-visible/list:shadow-[inset_0_0_0_2px_var(--focus)]',
      )}
    >
      <span {...gridCell} className="col-span-3 flex min-w-0 items-center gap-2.5">
        <Chevron className="size-3.5 shrink-0 text-soft" />
        <span className="truncate font-semibold">{group.project ?? 'No project'}</span>
        <span className="figures shrink-0 text-muted">{count}</span>
      </span>
      <span {...gridCell} className="figures col-[-3] justify-self-end font-semibold">
        {sum && formatPercent(sum.cpuPercent)}
      </span>
      <span {...gridCell} className="figures justify-self-end whitespace-nowrap font-semibold">
        {sum && formatMemory(sum.memoryBytes)}
      </span>
    </GridRow>
  )
}

export interface RowActs {
  readonly onOpen: (row: ContainerRow) => void
  readonly onAct: (row: ContainerRow, act: Act) => void
  readonly onLogs: (row: ContainerRow) => void
  readonly onTerminal: (row: ContainerRow) => void
  readonly onSelect: (row: ContainerRow, range: boolean) => void
}

export const ContainerCells = memo(function ContainerCells(props: {
  readonly engine: string
  readonly row: ContainerRow
  readonly list: RowProps
  readonly pending: Pending | undefined
  readonly trouble: string | undefined
  readonly changedAt: number
  readonly shown: boolean
  readonly selected: boolean
  readonly indent: boolean
  readonly acts: RowActs
}) {
  const { row, list, acts } = props
  const running = row.state.kind === 'running'
  const act = mainAct(row)
  return (
    <GridRow
      id={list.id}
      aria-rowindex={list['aria-rowindex']}
      aria-selected={props.selected || props.shown}
      onClick={(event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey) acts.onSelect(row, event.shiftKey)
        else acts.onOpen(row)
      }}
      className={cx(
        'group/row container-cells relative h-full select-none border-b border-line px-5 hover:bg-hover',
        (props.selected || props.shown) && 'bg-selected hover:bg-selected',
        props.shown && 'shadow-[inset_2px_0_0_var(--accent)]',
        list.active && 'group-focus-visible/list:shadow-[inset_0_0_0_2px_var(--focus)]',
      )}
    >
      <Glow changedAt={props.changedAt} />
      <span {...gridCell} className={cx('flex min-w-0 items-center gap-2', props.indent ? '-ml-0.5' : '')}>
        <ContainerMark row={row} pending={props.pending} />
        <span className="truncate font-medium" title={row.name}>
          {row.name}
        </span>
        {props.trouble && (
          <span title={props.trouble} className="shrink-0">
            <CircleAlert role="img" aria-label={props.trouble} className="size-3.5 text-bad-text" />
          </span>
        )}
      </span>
      <span {...gridCell} className="cell-image truncate text-soft" title={row.image}>
        {row.image}
      </span>
      <span {...gridCell} className="truncate">
        <PortLinks ports={row.ports} />
      </span>
      <span {...gridCell} className="figures truncate">
        <StateWords state={row.state} pending={props.pending} />
      </span>
      <Figures engine={props.engine} id={row.id} running={running} name={row.name} />
      <span
        {...gridCell}
        className="absolute inset-y-px right-2 my-auto hidden h-[26px] items-center rounded-control border border-line bg-raised group-hover/row:flex"
      >
        <RowButton label={`Logs of ${row.name} (L)`} onPress={() => acts.onLogs(row)}>
          <ScrollText />
        </RowButton>
        {running ? (
          <RowButton label={`Terminal in ${row.name} (T)`} onPress={() => acts.onTerminal(row)}>
            <SquareTerminal />
          </RowButton>
        ) : (
          <RowButton
            label={`${act === 'stop' ? 'Stop' : 'Start'} ${row.name} (S)`}
            onPress={() => acts.onAct(row, act)}
          >
            {act === 'stop' ? <Square /> : <Play />}
          </RowButton>
        )}
      </span>
    </GridRow>
  )
})

/** A wash of light over the row when a patch changed it. */
function Glow(props: { readonly changedAt: number }) {
  const fresh = props.changedAt > 0 && performance.now() - props.changedAt < GLOW_MS
  return (
    fresh && (
      <span
        key={props.changedAt}
        aria-hidden="true"
        className="animate-glow pointer-events-none absolute inset-0"
      />
    )
  )
}

/** The figures alone render again with each sample. */
function Figures(props: {
  readonly engine: string
  readonly id: string
  readonly running: boolean
  readonly name: string
}) {
  const samples = useUsage(props.engine, props.id, props.running)
  const last = samples.at(-1)
  return (
    <>
      <span {...gridCell} className="cell-spark">
        {last && (
          <Sparkline
            values={samples.map((sample) => sample.cpuPercent)}
            capacity={HISTORY}
            max={5}
            label={`CPU of ${props.name} in the last minute`}
            className="h-5 w-16"
          />
        )}
      </span>
      <span {...gridCell} className="figures text-right">
        {last && formatPercent(last.cpuPercent)}
      </span>
      <span
        {...gridCell}
        // The row's buttons stand here under the pointer.
        className="figures whitespace-nowrap text-right text-soft group-hover/row:opacity-0"
      >
        {last && formatMemory(last.memoryBytes)}
      </span>
    </>
  )
}

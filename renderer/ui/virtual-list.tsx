/** A list of any length whose rows exist only while they are seen; one focus, moved by keys. */
import { useVirtualizer } from '@tanstack/react-virtual'
import { type KeyboardEvent, type ReactNode, type Ref, useEffect, useImperativeHandle, useRef } from 'react'
import { cx } from './cx.ts'

export interface VirtualListHandle {
  focus(): void
}

/** What a row is told: its DOM id, whether it holds the list's focus, its place for assistive technology. */
export interface RowProps {
  readonly id: string
  readonly active: boolean
  readonly 'aria-rowindex': number
}

/** Height of the head, which stays on top of the rows that scroll under it. */
const HEAD = 28

export function VirtualList<Item>(props: {
  readonly label: string
  readonly items: readonly Item[]
  readonly keyOf: (item: Item) => string
  readonly rowHeight: number
  readonly renderRow: (item: Item, row: RowProps) => ReactNode
  /** The row that names the columns, 28 pixels high. */
  readonly header: ReactNode
  readonly activeKey: string | null
  readonly onActive: (item: Item) => void
  /** Keys beyond moving; answer true when one was used. */
  readonly onKey?: (event: KeyboardEvent, item: Item | undefined) => boolean
  readonly onVisible?: (items: readonly Item[]) => void
  readonly ref?: Ref<VirtualListHandle>
  readonly multiselectable?: boolean
  /** Rows fold (a treegrid). */
  readonly tree?: boolean
  readonly className?: string
}) {
  const scroller = useRef<HTMLDivElement>(null)
  const { items, keyOf, activeKey } = props
  const virtual = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => props.rowHeight,
    overscan: 8,
    scrollMargin: HEAD,
    scrollPaddingStart: HEAD,
    getItemKey: (index) => {
      const item = items[index]
      return item === undefined ? index : keyOf(item)
    },
  })
  // biome-ignore lint/correctness/useExhaustiveDependencies: rows are measured anew only when their height changes
  useEffect(() => virtual.measure(), [props.rowHeight])
  useImperativeHandle(props.ref, () => ({ focus: () => scroller.current?.focus() }))

  const rows = virtual.getVirtualItems()
  const first = rows[0]?.index ?? 0
  const last = rows.at(-1)?.index ?? -1
  const onVisible = props.onVisible
  useEffect(() => onVisible?.(items.slice(first, last + 1)), [onVisible, items, first, last])

  const activeIndex = activeKey === null ? -1 : items.findIndex((item) => keyOf(item) === activeKey)
  const domId = (key: string) => `row-${key.replace(/[^\w-]/g, '_')}`

  const move = (to: number) => {
    const index = Math.max(0, Math.min(to, items.length - 1))
    const item = items[index]
    if (item === undefined) return
    props.onActive(item)
    virtual.scrollToIndex(index)
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.target !== scroller.current) return
    if (props.onKey?.(event, items[activeIndex])) {
      event.preventDefault()
      return
    }
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 400) / props.rowHeight) - 2)
    const steps: Record<string, number> = {
      ArrowDown: activeIndex + 1,
      ArrowUp: activeIndex - 1,
      PageDown: activeIndex + page,
      PageUp: activeIndex - page,
      Home: 0,
      End: items.length - 1,
    }
    const to = steps[event.key]
    if (to === undefined || event.ctrlKey || event.metaKey || event.altKey) return
    event.preventDefault()
    move(to)
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the spread role makes it a grid that holds the focus
    // biome-ignore lint/a11y/useAriaPropsSupportedByRole: as above
    // biome-ignore lint/a11y/useAriaActivedescendantWithTabindex: as above
    <div
      ref={scroller}
      {...(props.tree ? treeGrid : grid)}
      aria-label={props.label}
      aria-rowcount={items.length}
      aria-multiselectable={props.multiselectable ?? false}
      aria-activedescendant={activeIndex >= 0 && activeKey !== null ? domId(activeKey) : undefined}
      onKeyDown={onKeyDown}
      className={cx(
        'group/list min-h-0 flex-1 overflow-y-auto overflow-x-hidden outline-none',
        props.className,
      )}
    >
      <div role="presentation" className="sticky top-0 z-10 bg-page" style={{ height: HEAD }}>
        {props.header}
      </div>
      <div role="presentation" className="relative w-full" style={{ height: virtual.getTotalSize() - HEAD }}>
        {rows.map((row) => {
          const item = items[row.index]
          if (item === undefined) return null
          const key = keyOf(item)
          return (
            <div
              key={key}
              role="presentation"
              className="absolute inset-x-0 top-0"
              style={{ height: props.rowHeight, transform: `translateY(${row.start - HEAD}px)` }}
            >
              {props.renderRow(item, {
                id: domId(key),
                active: key === activeKey,
                'aria-rowindex': row.index + 1,
              })}
            </div>
          )
        })}
      </div>
    </div>
  )
}

/** The list itself holds the focus for its rows, as the grid pattern of WAI-ARIA's practices has it. */
const grid = { role: 'grid', tabIndex: 0 } as const
const treeGrid = { role: 'treegrid', tabIndex: 0 } as const

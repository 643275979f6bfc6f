/** A JSON value as a tree with search and copy. */
import { useVirtualizer } from '@tanstack/react-virtual'
import { ChevronRight } from 'lucide-react'
import { useMemo, useRef, useState } from 'react'
import { type JsonLine, jsonLines } from '../lib/json-lines.ts'
import { CopyButton } from './copy-button.tsx'
import { cx } from './cx.ts'
import { SearchBox } from './search-box.tsx'

const LINE = 22

export function JsonTree(props: { readonly value: unknown; readonly label: string }) {
  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set())
  const [query, setQuery] = useState('')
  const scroller = useRef<HTMLDivElement>(null)
  const lines = useMemo(() => jsonLines(props.value, closed, query), [props.value, closed, query])
  const virtual = useVirtualizer({
    count: lines.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => LINE,
    overscan: 20,
  })
  const toggle = (path: string) =>
    setClosed((before) => {
      const next = new Set(before)
      if (!next.delete(path)) next.add(path)
      return next
    })
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <div className="flex shrink-0 items-center gap-2 px-5 py-2.5">
        <SearchBox value={query} onChange={setQuery} placeholder="Find a key or value" className="flex-1" />
        <CopyButton text={JSON.stringify(props.value, null, 2)} label="Copy all as JSON" />
      </div>
      <section
        ref={scroller}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by the keyboard
        tabIndex={0}
        aria-label={props.label}
        className="min-h-0 flex-1 overflow-auto px-3 pb-4 font-mono text-12"
      >
        {lines.length === 0 && <p className="px-2 font-sans text-13 text-muted">Nothing here matches.</p>}
        <div className="relative w-max min-w-full" style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map((row) => {
            const line = lines[row.index]
            return (
              line && (
                <div
                  key={line.path}
                  className="absolute left-0 top-0 w-max min-w-full"
                  style={{ transform: `translateY(${row.start}px)`, height: LINE }}
                >
                  <Line line={line} closed={query === '' && closed.has(line.path)} onToggle={toggle} />
                </div>
              )
            )
          })}
        </div>
      </section>
    </div>
  )
}

function Line(props: {
  readonly line: JsonLine
  readonly closed: boolean
  readonly onToggle: (path: string) => void
}) {
  const { line } = props
  const tone = {
    string: 'text-ok-text',
    number: 'text-link',
    boolean: 'text-warn-text',
    null: 'text-muted',
    object: 'text-muted',
    array: 'text-muted',
  }[line.kind]
  return (
    <div
      className="group/line flex h-full items-center gap-1 whitespace-pre rounded px-1 hover:bg-hover"
      style={{ paddingLeft: line.depth * 14 + 4 }}
    >
      {line.children > 0 ? (
        <button
          type="button"
          aria-expanded={!props.closed}
          aria-label={line.key ?? 'whole'}
          onClick={() => props.onToggle(line.path)}
          className="flex size-4 shrink-0 items-center justify-center rounded text-muted hover:text-text"
        >
          <ChevronRight className={cx('size-3.5', !props.closed && 'rotate-90')} />
        </button>
      ) : (
        <span className="w-4 shrink-0" />
      )}
      {line.key !== null && <span className="text-soft">{line.key}:</span>}
      <span className={tone}>{line.text}</span>
      {line.children > 0 && props.closed && <span className="text-muted">{line.children}</span>}
      <CopyButton
        text={typeof line.value === 'string' ? line.value : JSON.stringify(line.value, null, 2)}
        label={`Copy ${line.key ?? 'all'}`}
        className="ml-1 size-5 opacity-0 focus-visible:opacity-100 group-hover/line:opacity-100"
      />
    </div>
  )
}

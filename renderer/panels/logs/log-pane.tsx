/** A log on screen: follows until one scrolls up, finds, wraps, tells times, and never holds more than the ring. */
import { useVirtualizer } from '@tanstack/react-virtual'
import { ArrowDownToLine, Clock, Download, Eraser, Search, WrapText } from 'lucide-react'
import { type ReactNode, useEffect, useLayoutEffect, useRef, useState, useSyncExternalStore } from 'react'
import { createPortal } from 'react-dom'
import type { Failure } from '../../rpc/views.ts'
import { IconButton } from '../../ui/button.tsx'
import { ErrorNote } from '../../ui/callout.tsx'
import { FindBar } from './find-bar.tsx'
import type { LogFeed } from './log-feed.ts'
import { LogRow } from './log-row.tsx'

const LINE = 20

export function LogPane(props: {
  readonly feed: LogFeed
  readonly name: string
  /** Where the tools go; without it they stand above the lines. */
  readonly tools?: HTMLElement | null | undefined
  /** What stands before the tools. */
  readonly lead?: ReactNode
  readonly failure: Failure | null
  readonly onDownload?: (() => void) | undefined
  /** What is said while there is nothing. */
  readonly empty?: string
}) {
  const { feed, failure } = props
  const version = useSyncExternalStore(feed.subscribe, feed.version)
  const [following, setFollowing] = useState(true)
  const [times, setTimes] = useState(true)
  const [wrap, setWrap] = useState(false)
  const [needle, setNeedle] = useState<string | null>(null)
  const [hit, setHit] = useState(-1)
  const scroller = useRef<HTMLDivElement>(null)
  const lastTop = useRef(0)
  const lastFirst = useRef(0)

  const count = feed.ring.length
  const virtual = useVirtualizer({
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => LINE,
    getItemKey: (index) => feed.ring.first + index,
    overscan: 20,
    paddingStart: 8,
    paddingEnd: 8,
  })
  // biome-ignore lint/correctness/useExhaustiveDependencies: heights are measured anew when wrapping changes them
  useEffect(() => virtual.measure(), [wrap])

  // biome-ignore lint/correctness/useExhaustiveDependencies: each version brought lines to scroll to
  useLayoutEffect(() => {
    const element = scroller.current
    if (!element) return
    const fallen = feed.ring.first - lastFirst.current
    lastFirst.current = feed.ring.first
    if (following) element.scrollTop = element.scrollHeight
    // What one reads stays where it is while the oldest lines fall out above.
    else if (fallen > 0) element.scrollTop -= fallen * LINE
    lastTop.current = element.scrollTop
  }, [version, following, count, wrap])

  // Followed lines move the view by themselves, so the wish to stop is read from what the person does.
  const stopFollowing = () => {
    const element = scroller.current
    if (element && element.scrollHeight > element.clientHeight + LINE) setFollowing(false)
  }
  const onScroll = () => {
    const element = scroller.current
    if (!element) return
    const atEnd = element.scrollHeight - element.scrollTop - element.clientHeight < LINE
    if (element.scrollTop > lastTop.current && atEnd) setFollowing(true)
    else if (element.scrollTop < lastTop.current && !atEnd) setFollowing(false)
    lastTop.current = element.scrollTop
  }

  const goTo = (index: number) => {
    const matches = feed.matches
    if (matches.length === 0) return
    const next = (index + matches.length) % matches.length
    setHit(next)
    setFollowing(false)
    virtual.scrollToIndex((matches[next] ?? 0) - feed.ring.first, { align: 'center' })
  }
  const search = (text: string) => {
    setNeedle(text)
    feed.find(text)
    if (text !== '' && feed.matches.length > 0) goTo(feed.matches.length - 1)
    else setHit(-1)
  }
  const closeFind = () => {
    setNeedle(null)
    feed.find('')
    scroller.current?.focus()
  }

  const lines = `${count.toLocaleString('en')} ${count === 1 ? 'line' : 'lines'}`
  const tools = (
    <>
      {props.lead}
      <span role="status" className="figures mr-2 whitespace-nowrap">
        {feed.ended ? 'ended' : following ? 'following' : 'not following'}, {lines}
      </span>
      {!following && (
        <IconButton
          size="small"
          side="top"
          label="Follow again"
          keys="End"
          onClick={() => setFollowing(true)}
        >
          <ArrowDownToLine className="text-link" />
        </IconButton>
      )}
      <IconButton size="small" side="top" label="Find" keys="Ctrl F" onClick={() => setNeedle(needle ?? '')}>
        <Search />
      </IconButton>
      <IconButton size="small" side="top" label="Times" aria-pressed={times} onClick={() => setTimes(!times)}>
        <Clock className={times ? 'text-link' : ''} />
      </IconButton>
      <IconButton
        size="small"
        side="top"
        label="Wrap long lines"
        aria-pressed={wrap}
        onClick={() => setWrap(!wrap)}
      >
        <WrapText className={wrap ? 'text-link' : ''} />
      </IconButton>
      <IconButton size="small" side="top" label="Clear what is shown" onClick={() => feed.clear()}>
        <Eraser />
      </IconButton>
      {props.onDownload && (
        <IconButton size="small" side="top" label="Download" onClick={props.onDownload}>
          <Download />
        </IconButton>
      )}
    </>
  )
  const lowNeedle = (needle ?? '').toLowerCase()
  const current = hit >= 0 ? feed.matches[hit] : undefined
  return (
    <div className="relative flex min-h-0 flex-1 flex-col bg-term text-term-text">
      {props.tools === undefined ? (
        <div className="flex h-8 shrink-0 items-center justify-end gap-1 border-b border-line bg-rail px-3 text-12 text-muted">
          {tools}
        </div>
      ) : (
        props.tools && createPortal(tools, props.tools)
      )}
      {needle !== null && (
        <FindBar
          value={needle}
          count={feed.matches.length}
          at={hit}
          onChange={search}
          onStep={(by) => goTo(hit + by)}
          onClose={closeFind}
        />
      )}
      {failure && <ErrorNote trouble={failure} className="m-3 bg-raised text-text" />}
      <div
        ref={scroller}
        role="log"
        aria-live="off"
        aria-label={`Log of ${props.name}`}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by the keyboard
        tabIndex={0}
        onScroll={onScroll}
        onWheel={(event) => event.deltaY < 0 && stopFollowing()}
        onKeyDown={(event) => {
          if (event.key === 'f' && (event.ctrlKey || event.metaKey)) {
            event.preventDefault()
            setNeedle(needle ?? '')
          }
          if (event.key === 'End') setFollowing(true)
          if (['ArrowUp', 'PageUp', 'Home'].includes(event.key)) stopFollowing()
        }}
        className="min-h-0 flex-1 overflow-auto font-mono text-12 leading-5 outline-offset-[-2px] [scrollbar-color:var(--term-line)_transparent]"
      >
        {count === 0 && !failure && (
          <p className="px-5 py-3 text-term-muted">
            {feed.ended ? 'This container wrote nothing.' : (props.empty ?? 'Nothing has been written yet.')}
          </p>
        )}
        <div
          className={wrap ? 'relative w-full' : 'relative w-max min-w-full'}
          style={{ height: virtual.getTotalSize() }}
        >
          <div
            className={wrap ? 'absolute inset-x-0 top-0' : 'absolute left-0 top-0 min-w-full'}
            style={{ transform: `translateY(${virtual.getVirtualItems()[0]?.start ?? 0}px)` }}
          >
            {virtual.getVirtualItems().map((row) => {
              const entry = feed.ring.at(row.index)
              return (
                <div key={row.key} data-index={row.index} ref={wrap ? virtual.measureElement : null}>
                  {entry && (
                    <LogRow
                      entry={entry}
                      needle={lowNeedle}
                      current={current === feed.ring.first + row.index}
                      times={times}
                      wrap={wrap}
                    />
                  )}
                </div>
              )
            })}
          </div>
        </div>
      </div>
    </div>
  )
}

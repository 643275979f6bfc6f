/** One line of a log on screen. */
import { memo } from 'react'
import { exactTime, preciseTime } from '../../lib/age.ts'
import { type AnsiSpan, parseAnsi } from '../../lib/ansi.ts'
import { cx } from '../../ui/cx.ts'
import { cutAtHits, findLevel, type Level } from './line-parts.ts'
import type { LogEntry } from './log-feed.ts'

const LEVEL_TONE: Readonly<Record<Level, string>> = {
  error: 'text-term-bad',
  warn: 'text-term-warn',
  info: 'text-term-link',
  debug: 'text-term-muted',
}

/** The sixteen colours on the dark ground. */
const PALETTE = [
  ...['oklch(0.5 0.01 255)', 'oklch(0.7 0.17 25)', 'oklch(0.78 0.15 150)', 'oklch(0.84 0.13 90)'],
  ...['oklch(0.7 0.13 250)', 'oklch(0.74 0.14 320)', 'oklch(0.8 0.1 205)', 'oklch(0.88 0.01 250)'],
  ...['oklch(0.64 0.01 255)', 'oklch(0.76 0.16 25)', 'oklch(0.84 0.16 150)', 'oklch(0.9 0.13 95)'],
  ...['oklch(0.78 0.11 245)', 'oklch(0.8 0.13 320)', 'oklch(0.87 0.09 205)', 'oklch(0.97 0.005 250)'],
] as const

export const LogRow = memo(function LogRow(props: {
  readonly entry: LogEntry
  readonly needle: string
  readonly current: boolean
  readonly times: boolean
  readonly wrap: boolean
}) {
  const { entry } = props
  if (entry.type === 'skipped') {
    return (
      <div className="flex h-5 items-center px-5 text-term-warn">
        <Source entry={entry} />
        {entry.count.toLocaleString('en')} lines skipped, they came faster than the window could show; they
        are still stored
      </div>
    )
  }
  if (entry.type === 'mark') {
    return (
      <div className="flex h-5 items-center gap-3 px-5 text-term-muted">
        {entry.source ? <Source entry={entry} /> : <span className="text-term-ok">event</span>}
        {entry.text}
        <span className="h-px flex-1 bg-term-line" />
      </div>
    )
  }
  return (
    <div className={cx('flex min-h-5 px-5 hover:bg-term-raised', props.current && 'bg-term-raised')}>
      <Source entry={entry} />
      {props.times && (
        <time
          dateTime={entry.line.at}
          title={exactTime(entry.line.at)}
          className="figures mr-3.5 shrink-0 select-none text-term-muted"
        >
          {preciseTime(entry.line.at)}
        </time>
      )}
      <span
        title={entry.line.stream === 'stderr' ? 'stderr' : undefined}
        className={cx(
          'mr-2 w-0.5 shrink-0 select-none',
          entry.line.stream === 'stderr' && 'my-0.5 rounded bg-term-bad',
        )}
      >
        {entry.line.stream === 'stderr' && <span className="sr-only">stderr</span>}
      </span>
      <span className={props.wrap ? 'min-w-0 whitespace-pre-wrap break-all' : 'whitespace-pre pr-5'}>
        <LineText text={entry.line.text} needle={props.needle} />
      </span>
    </div>
  )
})

/** The colour of a service, of those that are told apart on the dark ground. */
export function sourceColour(index: number): string {
  return PALETTE[[12, 10, 11, 13, 14, 9][index % 6] ?? 15] ?? 'inherit'
}

function Source(props: { readonly entry: LogEntry }) {
  const { source } = props.entry
  return (
    source && (
      <span
        title={source.name}
        className="mr-3.5 w-24 shrink-0 select-none truncate"
        style={{ color: sourceColour(source.colour) }}
      >
        {source.name}
      </span>
    )
  )
}

function LineText(props: { readonly text: string; readonly needle: string }) {
  const spans = parseAnsi(props.text)
  const only = spans.length === 1 ? spans[0] : undefined
  const level = only && only.foreground === null ? findLevel(only.text) : null
  if (only && level) {
    return (
      <>
        <Hits text={only.text.slice(0, level.from)} needle={props.needle} />
        <span className={LEVEL_TONE[level.level]}>
          <Hits text={only.text.slice(level.from, level.to)} needle={props.needle} />
        </span>
        <Hits text={only.text.slice(level.to)} needle={props.needle} />
      </>
    )
  }
  return spans.map((span, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: a span has nothing but its place
    <span key={index} style={styleOf(span)}>
      <Hits text={span.text} needle={props.needle} />
    </span>
  ))
}

function Hits(props: { readonly text: string; readonly needle: string }) {
  if (props.needle === '') return props.text
  return cutAtHits(props.text, props.needle).map((part, index) =>
    part.hit ? (
      // biome-ignore lint/suspicious/noArrayIndexKey: a part has nothing but its place
      <mark key={index} className="rounded-xs bg-[oklch(0.6_0.12_85/0.55)] text-inherit">
        {part.text}
      </mark>
    ) : (
      part.text
    ),
  )
}

function styleOf(span: AnsiSpan): React.CSSProperties {
  const colour = (value: number | string | null) => (typeof value === 'number' ? PALETTE[value] : value)
  return {
    ...(span.foreground === null ? {} : { color: colour(span.foreground) ?? '' }),
    ...(span.background === null ? {} : { background: colour(span.background) ?? '' }),
    ...(span.bold ? { fontWeight: 650 } : {}),
    ...(span.dim ? { opacity: 0.7 } : {}),
    ...(span.italic ? { fontStyle: 'italic' } : {}),
    ...(span.underline ? { textDecoration: 'underline' } : {}),
  }
}

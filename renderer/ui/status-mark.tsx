/** A state as colour AND shape AND word (the word is for those who hear it; it also stands in the row). */
import { cx } from './cx.ts'

export type Status =
  | 'running'
  | 'healthy'
  | 'unhealthy'
  | 'starting'
  | 'paused'
  | 'done'
  | 'failed'
  | 'restarting'
  | 'dead'
  | 'created'

export function StatusMark(props: {
  readonly status: Status
  readonly word: string
  readonly className?: string
}) {
  return (
    <svg
      viewBox="0 0 14 14"
      role="img"
      aria-label={props.word}
      className={cx('size-3.5 shrink-0', props.className)}
    >
      <Shape status={props.status} />
    </svg>
  )
}

function Shape(props: { readonly status: Status }) {
  switch (props.status) {
    case 'running':
      return <circle cx="7" cy="7" r="4.5" fill="var(--ok)" />
    case 'healthy':
      return (
        <>
          <circle cx="7" cy="7" r="6.5" fill="var(--ok)" />
          <path
            d="M4 7.2 6.2 9.3 10.1 5"
            fill="none"
            stroke="var(--page)"
            strokeWidth="1.7"
            strokeLinecap="round"
            strokeLinejoin="round"
          />
        </>
      )
    case 'unhealthy':
      return (
        <>
          <circle cx="7" cy="7" r="6.5" fill="var(--warn)" />
          <path
            d="M7 3.6v4.2M7 10v.3"
            fill="none"
            stroke="var(--page)"
            strokeWidth="1.7"
            strokeLinecap="round"
          />
        </>
      )
    case 'starting':
      return (
        <g className="animate-turn origin-center">
          <circle
            cx="7"
            cy="7"
            r="4.6"
            fill="none"
            stroke="var(--accent)"
            strokeWidth="1.7"
            strokeDasharray="19 10"
          />
        </g>
      )
    case 'paused':
      return <path d="M4 3h2v8H4zM8 3h2v8H8z" fill="var(--warn)" />
    case 'restarting':
      return (
        <g className="animate-turn origin-center">
          <circle
            cx="7"
            cy="7"
            r="4.6"
            fill="none"
            stroke="var(--warn)"
            strokeWidth="1.9"
            strokeDasharray="14 15"
          />
        </g>
      )
    case 'failed':
      return <path d="M7 1.6 12.4 7 7 12.4 1.6 7z" fill="var(--bad)" />
    case 'dead':
      return <path d="M3 3l8 8M11 3l-8 8" stroke="var(--bad)" strokeWidth="2" strokeLinecap="round" />
    case 'created':
      return (
        <circle
          cx="7"
          cy="7"
          r="4.2"
          fill="none"
          stroke="var(--accent)"
          strokeWidth="1.4"
          strokeDasharray="2 1.8"
        />
      )
    case 'done':
      return <circle cx="7" cy="7" r="4.2" fill="none" stroke="var(--idle)" strokeWidth="1.5" />
  }
}

/** How far something is. Without a fraction it is a bar that waits, not one that lies. */
import { cx } from './cx.ts'

export function Progress(props: {
  readonly label: string
  readonly fraction: number | null
  readonly tone?: 'accent' | 'ok' | 'bad'
  readonly className?: string
}) {
  const tone = { accent: 'bg-accent', ok: 'bg-ok', bad: 'bg-bad' }[props.tone ?? 'accent']
  const percent = props.fraction === null ? null : Math.round(props.fraction * 100)
  return (
    <div
      role="progressbar"
      aria-label={props.label}
      aria-valuemin={0}
      aria-valuemax={100}
      {...(percent === null ? {} : { 'aria-valuenow': percent })}
      className={cx('h-1 w-full overflow-hidden rounded-full bg-line', props.className)}
    >
      <div
        className={cx('h-full rounded-full', tone, percent === null && 'opacity-40')}
        style={{ width: `${percent ?? 100}%` }}
      />
    </div>
  )
}

/** A ring for tight places. */
export function ProgressRing(props: { readonly fraction: number | null; readonly className?: string }) {
  const length = 2 * Math.PI * 5.5
  return (
    <svg
      viewBox="0 0 14 14"
      aria-hidden="true"
      className={cx('size-3.5', props.fraction === null && 'animate-turn', props.className)}
    >
      <circle cx="7" cy="7" r="5.5" fill="none" stroke="var(--line-strong)" strokeWidth="1.8" />
      <circle
        cx="7"
        cy="7"
        r="5.5"
        fill="none"
        stroke="var(--accent)"
        strokeWidth="1.8"
        strokeLinecap="round"
        strokeDasharray={`${length * (props.fraction ?? 0.3)} ${length}`}
        transform="rotate(-90 7 7)"
      />
    </svg>
  )
}

/** A small line over time; drawn from figures, without axes. */
import { cx } from './cx.ts'

/** Newest at the right. `capacity` fixes the time that the width stands for; `max` the top, at least. */
export function Sparkline(props: {
  readonly values: readonly number[]
  readonly label: string
  readonly capacity?: number
  readonly max?: number
  readonly color?: string
  readonly className?: string
}) {
  const capacity = props.capacity ?? 60
  const values = props.values.slice(-capacity)
  const top = Math.max(props.max ?? 0, ...values) || 1
  const x = (index: number) => ((capacity - values.length + index) / (capacity - 1)) * 100
  const y = (value: number) => 19 - (Math.min(value, top) / top) * 17
  const points = values.map((value, index) => `${x(index).toFixed(1)},${y(value).toFixed(1)}`)
  const color = props.color ?? 'var(--accent)'
  return (
    <svg
      role="img"
      aria-label={props.label}
      viewBox="0 0 100 20"
      preserveAspectRatio="none"
      className={cx('block h-5 w-full', props.className)}
    >
      {points.length > 1 && (
        <>
          <polygon points={`${x(0)},20 ${points.join(' ')} 100,20`} fill={color} opacity="0.14" />
          <polyline
            points={points.join(' ')}
            fill="none"
            stroke={color}
            strokeWidth="1.3"
            strokeLinejoin="round"
            vectorEffect="non-scaling-stroke"
          />
        </>
      )}
    </svg>
  )
}

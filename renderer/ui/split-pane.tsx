/** Two panes and a divider that the pointer and the arrow keys move; the size is kept under `name`. */
import { type KeyboardEvent, type PointerEvent, type ReactNode, useRef, useState } from 'react'
import { cx } from './cx.ts'

/** `second` has the given size in pixels (from `min` to `max`), `first` the rest. */
export function SplitPane(props: {
  readonly name: string
  readonly label: string
  readonly direction: 'row' | 'column'
  readonly first: ReactNode
  readonly second: ReactNode | null
  readonly initial: number
  readonly min: number
  readonly max: number
  readonly keepFirst?: number
}) {
  const box = useRef<HTMLDivElement>(null)
  const key = `longshore.split.${props.name}`
  const [size, setSize] = useState(() => Number(localStorage.getItem(key)) || props.initial)
  const across = props.direction === 'row'
  const bound = (value: number) => {
    const whole = across ? box.current?.clientWidth : box.current?.clientHeight
    const room = (whole ?? Number.POSITIVE_INFINITY) - (props.keepFirst ?? 160)
    return Math.round(Math.max(props.min, Math.min(value, props.max, Math.max(room, props.min))))
  }
  const put = (value: number) => {
    const next = bound(value)
    setSize(next)
    localStorage.setItem(key, String(next))
  }
  const onPointerDown = (event: PointerEvent<HTMLDivElement>) => {
    event.preventDefault()
    event.currentTarget.setPointerCapture(event.pointerId)
  }
  const onPointerMove = (event: PointerEvent<HTMLDivElement>) => {
    if (!event.currentTarget.hasPointerCapture(event.pointerId)) return
    const rect = box.current?.getBoundingClientRect()
    if (rect) put(across ? rect.right - event.clientX : rect.bottom - event.clientY)
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const step = event.shiftKey ? 64 : 16
    const grow = across ? 'ArrowLeft' : 'ArrowUp'
    const shrink = across ? 'ArrowRight' : 'ArrowDown'
    if (event.key === grow) put(size + step)
    else if (event.key === shrink) put(size - step)
    else if (event.key === 'Home') put(props.max)
    else if (event.key === 'End') put(props.min)
    else return
    event.preventDefault()
    event.stopPropagation()
  }
  return (
    <div ref={box} className={cx('flex min-h-0 min-w-0 flex-1', across ? 'flex-row' : 'flex-col')}>
      <div className="flex min-h-0 min-w-0 flex-1 flex-col">{props.first}</div>
      {props.second !== null && (
        <>
          {/* biome-ignore lint/a11y/useSemanticElements: a separator that moves is this role, not an hr */}
          <div
            role="separator"
            tabIndex={0}
            aria-label={props.label}
            aria-orientation={across ? 'vertical' : 'horizontal'}
            aria-valuenow={size}
            aria-valuemin={props.min}
            aria-valuemax={props.max}
            onPointerDown={onPointerDown}
            onPointerMove={onPointerMove}
            onDoubleClick={() => put(props.initial)}
            onKeyDown={onKeyDown}
            className={cx(
              'group relative z-10 shrink-0 touch-none outline-none',
              across ? '-mx-1 w-2 cursor-col-resize' : '-my-1 h-2 cursor-row-resize',
            )}
          >
            <span
              className={cx(
                'absolute bg-line transition-colors group-hover:bg-accent group-focus-visible:bg-focus group-active:bg-accent',
                across
                  ? 'inset-y-0 left-1 w-px group-hover:w-0.5 group-focus-visible:w-0.5'
                  : 'inset-x-0 top-1 h-px group-hover:h-0.5 group-focus-visible:h-0.5',
              )}
            />
          </div>
          <div
            className="flex min-h-0 min-w-0 shrink-0 flex-col"
            style={across ? { width: size, maxWidth: '75%' } : { height: size, maxHeight: '80%' }}
          >
            {props.second}
          </div>
        </>
      )}
    </div>
  )
}

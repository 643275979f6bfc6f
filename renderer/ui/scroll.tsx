/** A part of the page that scrolls, by the keyboard too: without anything to focus in it, it takes the focus itself. */
import type { ReactNode } from 'react'
import { cx } from './cx.ts'

export function Scroll(props: {
  readonly label: string
  readonly className?: string
  readonly children: ReactNode
}) {
  return (
    <section
      aria-label={props.label}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by the keyboard
      tabIndex={0}
      className={cx('min-h-0 flex-1 overflow-y-auto outline-offset-[-2px]', props.className)}
    >
      {props.children}
    </section>
  )
}

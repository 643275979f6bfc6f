/** A small word beside a name: a tag, a project. */
import type { ReactNode } from 'react'
import { cx } from './cx.ts'

export function Badge(props: {
  readonly children: ReactNode
  readonly className?: string
  readonly title?: string
}) {
  return (
    <span
      title={props.title}
      className={cx(
        'inline-flex h-5 max-w-full shrink-0 items-center truncate rounded-full border border-line-strong px-2 text-11 text-soft',
        props.className,
      )}
    >
      {props.children}
    </span>
  )
}

/** A command on a dark ground, to read and to copy. */
import type { ReactNode } from 'react'
import { CopyButton } from './copy-button.tsx'
import { cx } from './cx.ts'

export function CommandBlock(props: {
  readonly text: string
  readonly children?: ReactNode
  readonly className?: string
}) {
  return (
    <div className={cx('group/command relative rounded-lg bg-term text-term-text', props.className)}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by the keyboard */}
      <pre tabIndex={0} className="overflow-x-auto rounded-lg px-3 py-2.5 pr-9 font-mono text-12 leading-5">
        {props.children ?? props.text}
      </pre>
      <CopyButton
        text={props.text}
        label="Copy"
        className="absolute right-1.5 top-1.5 text-term-muted hover:bg-term-raised hover:text-term-text"
      />
    </div>
  )
}

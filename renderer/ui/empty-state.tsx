/** An empty page that teaches: the one action to start, and the command that does the same. */
import type { ReactNode } from 'react'
import { CommandBlock } from './command-block.tsx'

export function EmptyState(props: {
  readonly title: string
  readonly children?: ReactNode
  readonly act?: ReactNode
  readonly command?: string
}) {
  return (
    <div className="flex min-h-0 flex-1 items-center justify-center overflow-auto p-8">
      <div className="flex w-full max-w-md flex-col gap-3">
        <h2 className="text-18 font-semibold">{props.title}</h2>
        {props.children && <div className="text-soft">{props.children}</div>}
        {props.act && <div className="flex gap-2 pt-1">{props.act}</div>}
        {props.command && (
          <div className="pt-2">
            <p className="mb-1.5 text-12 text-muted">The same from a terminal</p>
            <CommandBlock text={props.command} />
          </div>
        )}
      </div>
    </div>
  )
}

/** A page that could not be read at all: what failed, why, and the way on. */
import { CircleAlert } from 'lucide-react'
import { sentence } from '../lib/words.ts'
import { Button } from './button.tsx'

export function Unreachable(props: {
  readonly title: string
  readonly reason: string
  readonly onReconnect: () => void
}) {
  return (
    <div className="flex min-h-0 flex-1 items-center justify-center overflow-auto p-8">
      <div role="alert" className="flex w-full max-w-lg flex-col gap-3">
        <h2 className="flex items-center gap-2.5 text-18 font-semibold">
          <CircleAlert className="size-5 shrink-0 text-bad-text" />
          {props.title}
        </h2>
        <p className="text-soft first-letter:uppercase">{sentence(props.reason)}</p>
        <p className="text-muted">
          What it runs goes on running. Longshore tries again by itself; another engine can be chosen at the
          top left.
        </p>
        <div className="pt-1">
          <Button kind="primary" onClick={props.onReconnect}>
            Reconnect now
          </Button>
        </div>
      </div>
    </div>
  )
}

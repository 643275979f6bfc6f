/** Errors and warnings where the act was: plain words, the cause folded beneath, the next step as a button. */
import { CircleAlert, TriangleAlert } from 'lucide-react'
import type { ReactNode } from 'react'
import { cx } from './cx.ts'

export function Callout(props: {
  readonly kind: 'bad' | 'warn'
  readonly children: ReactNode
  readonly act?: ReactNode
  readonly className?: string
}) {
  const Icon = props.kind === 'bad' ? CircleAlert : TriangleAlert
  return (
    <div
      role={props.kind === 'bad' ? 'alert' : 'status'}
      className={cx(
        'flex items-start gap-2.5 rounded-lg border px-3 py-2 text-13',
        props.kind === 'bad'
          ? 'border-[color-mix(in_oklch,var(--bad),transparent_65%)] bg-bad-wash'
          : 'border-[color-mix(in_oklch,var(--warn),transparent_60%)] bg-warn-wash',
        props.className,
      )}
    >
      <Icon
        className={cx('mt-0.5 size-4 shrink-0', props.kind === 'bad' ? 'text-bad-text' : 'text-warn-text')}
      />
      <div className="min-w-0 flex-1 break-words">{props.children}</div>
      {props.act}
    </div>
  )
}

/** What a failed act says of itself. */
export interface Trouble {
  readonly message: string
  readonly cause: string | null
  readonly remedy: string | null
}

export function ErrorNote(props: {
  readonly trouble: Trouble
  readonly act?: ReactNode
  readonly className?: string
}) {
  const { message, cause, remedy } = props.trouble
  return (
    <Callout kind="bad" act={props.act} className={props.className ?? ''}>
      <p className="break-words first-letter:uppercase">{message}</p>
      {remedy && <p className="break-words text-soft first-letter:uppercase">{remedy}</p>}
      {cause && (
        <details className="mt-1 text-12 text-muted">
          <summary className="w-fit rounded">What the engine said</summary>
          <pre className="mt-1 whitespace-pre-wrap break-words font-mono text-12">{cause}</pre>
        </details>
      )}
    </Callout>
  )
}

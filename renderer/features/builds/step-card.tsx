/** One step: what it is, how far, why it ran, what it wrote. */
import { ChevronRight, CircleCheck, CircleDashed, CircleX, SquareTerminal, Zap } from 'lucide-react'
import { formatBytes } from '../../lib/bytes.ts'
import type { BuildStep } from '../../rpc/views.ts'
import { Button } from '../../ui/button.tsx'
import { cx } from '../../ui/cx.ts'
import { Progress, ProgressRing } from '../../ui/progress.tsx'
import { Took } from './build-words.tsx'
import { StepLog } from './step-log.tsx'

export function StepCard(props: {
  readonly engine: string
  readonly build: string
  readonly step: BuildStep
  readonly open: boolean
  readonly onToggle: () => void
  /** Goes to its line; null for one without. */
  readonly onReveal: (() => void) | null
  /** Opens a shell in what remains of it; null where nothing does. */
  readonly onShell: (() => void) | null
}) {
  const { step, open } = props
  const hasLog = step.lines > 0 || step.state === 'running' || step.state === 'failed'
  const title = step.instruction ?? step.name
  const quiet = step.state === 'waiting' || step.state === 'cancelled'
  // What was cached and the build's own work are a line each: what ran is what one looks for.
  const small = quiet || step.state === 'cached' || (step.stage === null && step.state === 'done')
  return (
    <li
      aria-label={title}
      className={cx(
        'flex shrink-0 flex-col rounded-lg border',
        step.state === 'failed'
          ? 'border-[color-mix(in_oklch,var(--bad),transparent_55%)] bg-bad-wash'
          : small
            ? 'border-transparent'
            : 'border-line bg-raised',
      )}
    >
      <div
        className={cx('flex items-start gap-2.5 px-3', small ? 'py-0.5' : 'py-2')}
        title={small ? step.reason?.text : undefined}
      >
        <span className="mt-0.5 shrink-0">
          <Mark state={step.state} />
        </span>
        <div className="min-w-0 flex-1">
          <button
            type="button"
            disabled={!hasLog}
            aria-expanded={hasLog ? open : undefined}
            onClick={props.onToggle}
            className="flex w-full min-w-0 items-center gap-1 rounded text-left"
          >
            <span
              className={cx('truncate font-mono text-12', small ? 'text-soft' : 'font-medium text-text')}
              title={title}
            >
              {title}
            </span>
            {hasLog && <ChevronRight className={cx('size-3.5 shrink-0 text-muted', open && 'rotate-90')} />}
          </button>
          {step.reason && !small && (
            <p className={cx('text-12', step.reason.kind === 'changed' ? 'text-warn-text' : 'text-muted')}>
              {step.reason.text}
            </p>
          )}
          {step.message && <p className="break-words text-12 text-bad-text">{step.message}</p>}
          {step.parts.some((part) => !part.done) && (
            <ul className="mt-1 flex flex-col gap-1">
              {step.parts
                .filter((part) => !part.done)
                .map((part) => (
                  <li
                    key={part.name}
                    className="grid grid-cols-[1fr_90px] items-center gap-3 text-12 text-muted"
                  >
                    <span className="truncate">{part.name}</span>
                    <Progress
                      label={part.name}
                      fraction={part.total > 0 ? part.current / part.total : null}
                    />
                  </li>
                ))}
            </ul>
          )}
        </div>
        <span className="figures flex shrink-0 items-center gap-1.5 text-12 text-muted">
          {step.startedAt !== null && step.state !== 'cached' && (
            <Took start={step.startedAt} end={step.completedAt} />
          )}
          {step.layerBytes !== null && step.layerBytes > 0 && <span>{formatBytes(step.layerBytes)}</span>}
          {step.state === 'cached' && step.layerBytes === null && <span>cached</span>}
          {props.onReveal && step.range && (
            <button type="button" className="rounded text-link hover:underline" onClick={props.onReveal}>
              line {step.range.start.line}
            </button>
          )}
        </span>
      </div>
      {props.onShell && (
        <div className="px-3 pb-2">
          <Button size="small" onClick={props.onShell}>
            <SquareTerminal /> Open a shell here
          </Button>
        </div>
      )}
      {open && hasLog && (
        <div className="flex h-56 min-h-0 flex-col overflow-hidden rounded-b-lg border-t border-line">
          <StepLog engine={props.engine} build={props.build} step={step.id} name={title} />
        </div>
      )}
    </li>
  )
}

function Mark(props: { readonly state: BuildStep['state'] }) {
  switch (props.state) {
    case 'cached':
      return <Zap role="img" aria-label="cached" className="size-4 text-ok-text" />
    case 'done':
      return <CircleCheck role="img" aria-label="ran" className="size-4 text-ok-text" />
    case 'running':
      return (
        <span role="img" aria-label="running" className="block size-4">
          <ProgressRing fraction={null} className="size-4" />
        </span>
      )
    case 'failed':
      return <CircleX role="img" aria-label="failed" className="size-4 text-bad-text" />
    case 'waiting':
      return <CircleDashed role="img" aria-label="waits" className="size-4 text-muted" />
    case 'cancelled':
      return <CircleDashed role="img" aria-label="not run" className="size-4 text-muted" />
  }
}

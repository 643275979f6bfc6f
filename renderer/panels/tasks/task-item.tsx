/** A task: what it does, how far it is, and a line for each layer of a pull. */
import { CircleCheck, CircleX, Octagon, X } from 'lucide-react'
import { spanWords } from '../../lib/age.ts'
import { formatBytes, formatRate } from '../../lib/bytes.ts'
import { useClient } from '../../rpc/session.tsx'
import type { LayerView, TaskView } from '../../rpc/views.ts'
import { Age } from '../../ui/age.tsx'
import { Button, IconButton } from '../../ui/button.tsx'
import { ErrorNote } from '../../ui/callout.tsx'
import { cx } from '../../ui/cx.ts'
import { Progress, ProgressRing } from '../../ui/progress.tsx'
import { StepList } from '../plan/step-list.tsx'

export function TaskItem(props: { readonly task: TaskView; readonly open?: boolean }) {
  const { task } = props
  const client = useClient()
  const { state } = task
  return (
    <article aria-label={task.title} className="flex flex-col gap-1.5 px-4 py-3">
      <div className="flex items-center gap-2">
        <Mark state={state} />
        <h3 className="min-w-0 flex-1 truncate font-medium">{task.title}</h3>
        <span className="figures shrink-0 text-12 text-muted">
          {state.kind === 'running' ? runningWords(state) : <Age iso={state.endedAt} ago />}
        </span>
        {state.kind === 'running' ? (
          <Button
            size="small"
            kind="quiet"
            onClick={() => void client.tasks.cancel({ id: task.id }).catch(() => {})}
          >
            Cancel
          </Button>
        ) : (
          <IconButton
            size="small"
            label="Dismiss"
            onClick={() => void client.tasks.dismiss({ id: task.id }).catch(() => {})}
          >
            <X />
          </IconButton>
        )}
      </div>
      {state.kind === 'running' && <Progress label={task.title} fraction={state.fraction} />}
      {state.kind === 'done' && <p className="truncate text-12 text-muted">{state.result}</p>}
      {state.kind === 'failed' && <ErrorNote trouble={state.failure} />}
      {state.kind === 'cancelled' && (
        <p className="text-12 text-muted">
          {task.detail.kind === 'steps'
            ? 'Cancelled. What was done stays done; the next plan goes on from there.'
            : 'Cancelled. Nothing of it was kept in use.'}
        </p>
      )}
      {task.detail.kind === 'pull' && task.detail.layers.length > 0 && (
        <details open={props.open === true}>
          <summary className="w-fit rounded text-12 text-muted">{layersWords(task.detail.layers)}</summary>
          <ul className="mt-1 flex flex-col">
            {task.detail.layers.map((layer) => (
              <Layer key={layer.id} layer={layer} />
            ))}
          </ul>
        </details>
      )}
      {task.detail.kind === 'steps' && task.detail.steps.length > 0 && (
        <details open={props.open === true}>
          <summary className="w-fit rounded text-12 text-muted">
            {task.detail.steps.filter((step) => step.state === 'done').length} of {task.detail.steps.length}{' '}
            steps done
          </summary>
          <div className="mt-1">
            <StepList steps={task.detail.steps} />
          </div>
        </details>
      )}
    </article>
  )
}

function Mark(props: { readonly state: TaskView['state'] }) {
  switch (props.state.kind) {
    case 'running':
      return <ProgressRing fraction={props.state.fraction} />
    case 'done':
      return <CircleCheck role="img" aria-label="done" className="size-4 text-ok-text" />
    case 'failed':
      return <CircleX role="img" aria-label="failed" className="size-4 text-bad-text" />
    case 'cancelled':
      return <Octagon role="img" aria-label="cancelled" className="size-4 text-muted" />
  }
}

const PHASES: Readonly<Record<LayerView['phase'], string>> = {
  waiting: 'waiting',
  downloading: 'downloading',
  downloaded: 'downloaded',
  extracting: 'extracting',
  done: 'done',
  exists: 'here already',
  retrying: 'trying again',
}

function Layer(props: { readonly layer: LayerView }) {
  const { layer } = props
  const over = layer.phase === 'done' || layer.phase === 'exists'
  const fraction = over
    ? 1
    : layer.total > 0
      ? layer.current / layer.total
      : layer.phase === 'waiting'
        ? 0
        : null
  return (
    <li className="figures grid grid-cols-[96px_minmax(40px,1fr)_128px_88px] items-center gap-3 py-0.5 text-12">
      <span className="truncate font-mono text-muted">{layer.id.replace('sha256:', '').slice(0, 12)}</span>
      <Progress label={`Layer ${layer.id}`} fraction={fraction} tone={over ? 'ok' : 'accent'} />
      <span className="text-right text-soft">
        {layer.total > 0 && !over
          ? `${formatBytes(layer.current)} of ${formatBytes(layer.total)}`
          : layer.total > 0
            ? formatBytes(layer.total)
            : ''}
      </span>
      <span className={cx(over ? 'text-muted' : layer.phase === 'retrying' ? 'text-warn-text' : 'text-soft')}>
        {PHASES[layer.phase]}
      </span>
    </li>
  )
}

function layersWords(layers: readonly LayerView[]): string {
  const ready = layers.filter((layer) => layer.phase === 'done' || layer.phase === 'exists').length
  return `${ready} of ${layers.length} ${layers.length === 1 ? 'layer' : 'layers'}`
}

/** `64%, 3.4 MB/s, 9 s left`, as far as it is known. */
export function runningWords(state: Extract<TaskView['state'], { kind: 'running' }>): string {
  return [
    state.fraction === null ? null : `${Math.round(state.fraction * 100)}%`,
    state.bytesPerSecond ? formatRate(state.bytesPerSecond) : null,
    state.secondsLeft === null ? null : `${spanWords(state.secondsLeft * 1000)} left`,
  ]
    .filter((part) => part !== null)
    .join(', ')
}

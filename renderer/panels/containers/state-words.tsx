/** What several pages show of a container. This: its state as mark and words. */
import type { ContainerRow, ContainerState } from '../../rpc/views.ts'
import { Age } from '../../ui/age.tsx'
import { type Status, StatusMark } from '../../ui/status-mark.tsx'
import type { Pending } from './acts.ts'

/** The mark of a state; an act under way shows as what it leads to. */
export function statusOf(state: ContainerState, pending: Pending | undefined): Status {
  if (pending) return pending === 'restarting' ? 'restarting' : 'starting'
  switch (state.kind) {
    case 'running':
      return state.health === 'none' ? 'running' : state.health
    case 'exited':
      return state.exitCode === 0 ? 'done' : 'failed'
    case 'removing':
      return 'starting'
    default:
      return state.kind
  }
}

/** The state in plain words without times, for those who hear the list, and for filters. */
export function plainState(state: ContainerState, pending: Pending | undefined): string {
  if (pending) return pending
  switch (state.kind) {
    case 'running':
      return state.health === 'none'
        ? 'running'
        : state.health === 'starting'
          ? 'running, checking health'
          : state.health
    case 'exited':
      return `exited ${state.exitCode}${state.outOfMemory ? ', out of memory' : ''}`
    default:
      return state.kind
  }
}

export function ContainerMark(props: {
  readonly row: ContainerRow
  readonly pending: Pending | undefined
  readonly className?: string
}) {
  return (
    <StatusMark
      status={statusOf(props.row.state, props.pending)}
      word={plainState(props.row.state, props.pending)}
      {...(props.className === undefined ? {} : { className: props.className })}
    />
  )
}

/** `up 2 h, healthy`; `exited 137, out of memory, 3 min ago`. */
export function StateWords(props: { readonly state: ContainerState; readonly pending: Pending | undefined }) {
  const { state, pending } = props
  if (pending) return <span className="text-soft">{pending}</span>
  switch (state.kind) {
    case 'running': {
      const health = {
        none: '',
        starting: ', checking health',
        healthy: ', healthy',
        unhealthy: ', unhealthy',
      }
      return (
        <span className={state.health === 'unhealthy' ? 'text-warn-text' : 'text-soft'}>
          up <Age iso={state.since} />
          {health[state.health]}
        </span>
      )
    }
    case 'paused':
      return <span className="text-warn-text">paused</span>
    case 'restarting':
      return <span className="text-warn-text">restarting, exited {state.exitCode}</span>
    case 'exited':
      return (
        <span className={state.exitCode === 0 ? 'text-soft' : 'text-bad-text'}>
          exited {state.exitCode}
          {state.outOfMemory && ', out of memory'}
          {state.at && (
            <>
              , <Age iso={state.at} ago />
            </>
          )}
        </span>
      )
    case 'created':
      return <span className="text-soft">created, never started</span>
    case 'removing':
      return <span className="text-soft">removing</span>
    case 'dead':
      return <span className="text-bad-text">dead</span>
  }
}

/** The life of a container as a state machine of values: what it is, and what may become of it. */
import type { ContainerState } from '../../api/container.ts'
import { assertNever, EngineError } from '../../errors.ts'
import { NEVER } from '../clock.ts'

/** Times are RFC 3339 with nanoseconds. */
export type Life =
  | {
      readonly kind: 'created'
      /** Why the last try to start it failed. */
      readonly failure: { readonly code: number; readonly message: string } | null
    }
  | { readonly kind: 'running'; readonly pid: number; readonly startedAt: string }
  | { readonly kind: 'paused'; readonly pid: number; readonly startedAt: string }
  | {
      readonly kind: 'exited'
      readonly code: number
      readonly oomKilled: boolean
      readonly startedAt: string
      readonly finishedAt: string
      readonly error: string
    }
  | {
      /** It ended, and its restart policy starts it again after a while. */
      readonly kind: 'restarting'
      readonly code: number
      readonly oomKilled: boolean
      readonly startedAt: string
      readonly finishedAt: string
    }

/** True while it has a process. */
export function isUp(life: Life): life is Extract<Life, { kind: 'running' | 'paused' }> {
  return life.kind === 'running' || life.kind === 'paused'
}

/** A start that did not succeed: a container that never ran stays created, one that ran stays exited. */
export function failedStart(life: Life, code: number, message: string): Life {
  switch (life.kind) {
    case 'created':
      return { kind: 'created', failure: { code, message } }
    case 'exited':
    case 'restarting':
      return { ...life, kind: 'exited', code, error: message }
    case 'running':
    case 'paused':
      throw new EngineError('internal', `a ${life.kind} container cannot fail to start`)
    default:
      return assertNever(life)
  }
}

/** Its process ended. */
export function ended(
  life: Life,
  exit: {
    readonly code: number
    readonly oomKilled: boolean
    readonly finishedAt: string
    readonly error?: string
  },
): Extract<Life, { kind: 'exited' }> {
  const startedAt = isUp(life) ? life.startedAt : exit.finishedAt
  // The exit file's time comes from another clock reading: an end is never before its start.
  const finishedAt = exit.finishedAt > startedAt ? exit.finishedAt : startedAt
  const { code, oomKilled, error = '' } = exit
  return { kind: 'exited', code, oomKilled, startedAt, finishedAt, error }
}

/** An end that another start follows. */
export function restarting({ error: _, ...end }: Extract<Life, { kind: 'exited' }>): Life {
  return { ...end, kind: 'restarting' }
}

/** The start that was to come does not: what is left is the end. */
export function restartGivenUp(life: Life): Life {
  return life.kind === 'restarting' ? { ...life, kind: 'exited', error: '' } : life
}

/** Throws `conflict` in Docker's words for one that waits for its restart. */
export function refuseRestarting(life: Life, id: string): void {
  if (life.kind !== 'restarting') return
  throw new EngineError('conflict', `Container ${id} is restarting, wait until the container is running`)
}

/** Throws `conflict` in Docker's words unless it runs and is not paused. */
export function paused(life: Life, id: string): Life {
  refuseRestarting(life, id)
  if (life.kind === 'paused') throw new EngineError('conflict', `Container ${id} is already paused`)
  if (life.kind !== 'running') throw new EngineError('conflict', `Container ${id} is not running`)
  return { ...life, kind: 'paused' }
}

/** Throws `conflict` in Docker's words unless it is paused. */
export function resumed(life: Life, id: string): Life {
  if (life.kind !== 'paused') throw new EngineError('conflict', `Container ${id} is not paused`)
  return { ...life, kind: 'running' }
}

/** `State` of inspect. */
export function wireState(life: Life): ContainerState {
  const still = {
    Running: false,
    Paused: false,
    Restarting: false,
    OOMKilled: false,
    Dead: false,
    Pid: 0,
    ExitCode: 0,
    Error: '',
    StartedAt: NEVER,
    FinishedAt: NEVER,
  }
  switch (life.kind) {
    case 'created':
      return {
        Status: 'created',
        ...still,
        ExitCode: life.failure?.code ?? 0,
        Error: life.failure?.message ?? '',
      }
    case 'running':
      return { Status: 'running', ...still, Running: true, Pid: life.pid, StartedAt: life.startedAt }
    case 'paused':
      return {
        Status: 'paused',
        ...still,
        Running: true,
        Paused: true,
        Pid: life.pid,
        StartedAt: life.startedAt,
      }
    case 'exited':
      return {
        Status: 'exited',
        ...still,
        OOMKilled: life.oomKilled,
        ExitCode: life.code,
        Error: life.error,
        StartedAt: life.startedAt,
        FinishedAt: life.finishedAt,
      }
    case 'restarting':
      // As Docker: it counts as running, without a process.
      return {
        Status: 'restarting',
        ...still,
        Running: true,
        Restarting: true,
        OOMKilled: life.oomKilled,
        ExitCode: life.code,
        StartedAt: life.startedAt,
        FinishedAt: life.finishedAt,
      }
    default:
      return assertNever(life)
  }
}

/** The exit code that `wait` answers of one that does not run. */
export function exitCode(life: Life): number {
  switch (life.kind) {
    case 'exited':
    case 'restarting':
      return life.code
    case 'created':
      return life.failure?.code ?? 0
    case 'running':
    case 'paused':
      return 0
    default:
      return assertNever(life)
  }
}

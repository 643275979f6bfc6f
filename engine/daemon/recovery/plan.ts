/**
 * Recovery, the pure part: what the records say against what was observed -> what to do, with a reason on each
 * line. The truth of a running process is the runtime's, the truth of an exit is its exit file.
 */
import { assertNever } from '../../errors.ts'
import type { Observed } from '../../runtime/runtime.ts'
import type { Life } from '../containers/lifecycle.ts'

/** One recorded container and what was found of it. */
export interface Found {
  readonly id: string
  readonly name: string
  readonly life: Life
  readonly autoRemove: boolean
  readonly observed: Observed
}

export interface Observation {
  readonly containers: readonly Found[]
  /** Ids that the runtime has something of and no record explains. */
  readonly strangers: readonly string[]
  /** The machine was started anew since: no process of before is there. */
  readonly rebooted: boolean
}

export type RecoveryStep =
  | {
      readonly do: 'adopt'
      readonly id: string
      readonly pid: number
      readonly paused: boolean
      readonly reason: string
    }
  | {
      readonly do: 'exit'
      readonly id: string
      readonly code: number
      readonly oomKilled: boolean
      /** When, if it is known. */
      readonly at: Date | null
      readonly error: string
      readonly remove: boolean
      readonly reason: string
    }
  | { readonly do: 'remove'; readonly id: string; readonly reason: string }
  | { readonly do: 'discard'; readonly id: string; readonly reason: string }

/** What is the exit code of a process whose end nobody saw: Docker's word for it. */
const UNKNOWN_EXIT = 255
/** Killed, as by the power switch. */
const KILLED = 137

/** Plans what makes records and machine agree. Containers that agree already are not mentioned. */
export function planRecovery({ containers, strangers, rebooted }: Observation): RecoveryStep[] {
  return [
    ...containers.flatMap((found) => (rebooted ? afterReboot(found) : afterRestart(found))),
    ...strangers.map((id) => ({ do: 'discard', id, reason: 'no record knows it' }) as const),
  ]
}

/** The plan as text, a line a step. */
export function printRecovery(steps: readonly RecoveryStep[]): string {
  return steps
    .map((step) => {
      const what = `${step.do} ${step.id.slice(0, 12)}`
      switch (step.do) {
        case 'adopt':
          return `${what} pid ${step.pid}${step.paused ? ' paused' : ''}: ${step.reason}`
        case 'exit':
          return `${what} code ${step.code}${step.remove ? ', then remove' : ''}: ${step.reason}`
        case 'remove':
        case 'discard':
          return `${what}: ${step.reason}`
        default:
          return assertNever(step)
      }
    })
    .join('\n')
}

function isUp({ life }: Found): boolean {
  return life.kind === 'running' || life.kind === 'paused'
}

function afterReboot(found: Found): RecoveryStep[] {
  const { id, autoRemove, observed } = found
  if (isUp(found)) {
    return [
      {
        do: 'exit',
        id,
        code: KILLED,
        oomKilled: false,
        at: null,
        error: '',
        remove: autoRemove,
        reason: 'the machine was started anew while it ran',
      },
    ]
  }
  if (observed.state !== 'absent') return [{ do: 'discard', id, reason: 'left by a start before the reboot' }]
  return leftover(found)
}

function afterRestart(found: Found): RecoveryStep[] {
  const { id, observed, autoRemove } = found
  switch (observed.state) {
    case 'running':
    case 'paused': {
      const paused = observed.state === 'paused'
      const reason = isUp(found) ? 'it ran on without the engine' : 'it was started and not yet recorded so'
      return [{ do: 'adopt', id, pid: observed.pid, paused, reason }]
    }
    case 'created':
      return [{ do: 'discard', id, reason: 'its start was cut off before its process began' }]
    case 'exited': {
      const { code, at, oomKilled, lost: error = '' } = observed.exit
      if (found.life.kind === 'exited' || found.life.kind === 'restarting') {
        return [{ do: 'discard', id, reason: 'its end is recorded already' }]
      }
      const reason = 'it ended while the engine was away'
      return [{ do: 'exit', id, code, oomKilled, at, error, remove: autoRemove, reason }]
    }
    case 'lost':
      if (!isUp(found)) return [{ do: 'discard', id, reason: observed.why }]
      return [lost(found, observed.why)]
    case 'absent':
      return isUp(found) ? [lost(found, 'nothing of its process is left')] : leftover(found)
    default:
      return assertNever(observed)
  }
}

function lost({ id, autoRemove }: Found, why: string): RecoveryStep {
  const error = `its end was not seen: ${why}`
  return {
    do: 'exit',
    id,
    code: UNKNOWN_EXIT,
    oomKilled: false,
    at: null,
    error,
    remove: autoRemove,
    reason: why,
  }
}

/** One that ended and was to be removed: the engine died in between. One that never ran waits for its start. */
function leftover({ id, autoRemove, life }: Found): RecoveryStep[] {
  if (!autoRemove || life.kind !== 'exited') return []
  return [{ do: 'remove', id, reason: 'it was to be removed at its end' }]
}

/** The list's status column: `Up 3 seconds`, `Exited (0) 2 minutes ago`. */
import type { HealthState } from '../../api/container.ts'
import { assertNever } from '../../errors.ts'
import type { Life } from './lifecycle.ts'

/** Docker's words for a life at the moment `now` (Unix milliseconds). */
export function statusText(life: Life, now: number, health: HealthState['Status'] = 'none'): string {
  switch (life.kind) {
    case 'created':
      return 'Created'
    case 'running':
      return `Up ${humanDuration(now - Date.parse(life.startedAt))}${healthText(health)}`
    case 'paused':
      return `Up ${humanDuration(now - Date.parse(life.startedAt))} (Paused)`
    case 'exited':
      return `Exited (${life.code}) ${humanDuration(now - Date.parse(life.finishedAt))} ago`
    case 'restarting':
      return `Restarting (${life.code}) ${humanDuration(now - Date.parse(life.finishedAt))} ago`
    default:
      return assertNever(life)
  }
}

/** As Docker: only of what runs and has a check. */
function healthText(health: HealthState['Status']): string {
  if (health === 'none') return ''
  return health === 'starting' ? ' (health: starting)' : ` (${health})`
}

/** A duration in milliseconds as people say it, with Docker's steps. */
export function humanDuration(ms: number): string {
  const seconds = Math.floor(ms / 1000)
  if (seconds < 1) return 'Less than a second'
  if (seconds === 1) return '1 second'
  if (seconds < 60) return `${seconds} seconds`
  const minutes = Math.floor(ms / 60_000)
  if (minutes === 1) return 'About a minute'
  if (minutes < 60) return `${minutes} minutes`
  const hours = Math.floor(ms / 3_600_000 + 0.5)
  if (hours === 1) return 'About an hour'
  if (hours < 48) return `${hours} hours`
  if (hours < 24 * 7 * 2) return `${Math.floor(hours / 24)} days`
  if (hours < 24 * 30 * 2) return `${Math.floor(hours / 24 / 7)} weeks`
  if (hours < 24 * 365 * 2) return `${Math.floor(hours / 24 / 30)} months`
  return `${Math.floor(hours / 24 / 365)} years`
}

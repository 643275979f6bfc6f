/**
 * Health checks, the pure part: what is asked for, and how results become a state. Durations in configurations are
 * nanoseconds, as in Docker's JSON; here they are milliseconds.
 */
import type { ContainerConfig, HealthConfig, HealthState } from '../../../api/container.ts'
import { EngineError } from '../../../errors.ts'

const NANOS_PER_MS = 1_000_000
const DEFAULT_INTERVAL_MS = 30_000
const DEFAULT_TIMEOUT_MS = 30_000
const DEFAULT_START_INTERVAL_MS = 5_000
const DEFAULT_RETRIES = 3
/** Results that inspect shows. */
const KEPT = 5

/** A check that is to be run. */
export interface HealthCheck {
  readonly args: readonly string[]
  readonly intervalMs: number
  readonly timeoutMs: number
  readonly retries: number
  /** Failures in the beginning do not count until the first success. */
  readonly startPeriodMs: number
  /** Between checks while the beginning lasts. */
  readonly startIntervalMs: number
}

export type ProbeResult = HealthState['Log'][number]

/** What a container that begins has. */
export const STARTING: HealthState = { Status: 'starting', FailingStreak: 0, Log: [] }

/** Throws `invalid` in Docker's words for times and counts that cannot be. */
export function checkHealthConfig(config: HealthConfig): void {
  for (const name of ['Interval', 'Timeout', 'StartPeriod', 'StartInterval'] as const) {
    const value = config[name] ?? 0
    if (value !== 0 && value < NANOS_PER_MS) {
      throw new EngineError('invalid', `${name} in Healthcheck cannot be less than 1ms`)
    }
  }
  if ((config.Retries ?? 0) < 0) throw new EngineError('invalid', 'Retries in Healthcheck cannot be negative')
}

/** What a create request leaves out is the image's. Undefined when neither says anything. */
export function mergeHealth(
  asked: HealthConfig | undefined,
  image: HealthConfig | undefined,
): HealthConfig | undefined {
  if (!asked || !image) return asked ?? image
  return {
    ...image,
    ...Object.fromEntries(
      Object.entries(asked).filter(([, value]) => (Array.isArray(value) ? value.length > 0 : value !== 0)),
    ),
  }
}

/** The check of a container; null when it has none (`NONE`, an empty test, or a kind that nobody knows). */
export function healthCheck({ Healthcheck, Shell }: Pick<ContainerConfig, 'Healthcheck' | 'Shell'>) {
  const [kind, ...rest] = Healthcheck?.Test ?? []
  const shell = Shell && Shell.length > 0 ? Shell : ['/bin/sh', '-c']
  const args = kind === 'CMD' ? rest : kind === 'CMD-SHELL' ? [...shell, ...rest] : []
  if (args.length === 0) return null
  const ms = (nanos: number | undefined, absent: number) => (nanos ? nanos / NANOS_PER_MS : absent)
  const check: HealthCheck = {
    args,
    intervalMs: ms(Healthcheck?.Interval, DEFAULT_INTERVAL_MS),
    timeoutMs: ms(Healthcheck?.Timeout, DEFAULT_TIMEOUT_MS),
    retries: Healthcheck?.Retries || DEFAULT_RETRIES,
    startPeriodMs: ms(Healthcheck?.StartPeriod, 0),
    startIntervalMs: ms(Healthcheck?.StartInterval, DEFAULT_START_INTERVAL_MS),
  }
  return check
}

/** The state after one more result. `sinceStartMs`: how long the container ran when the check began. */
export function afterProbe(
  state: HealthState,
  result: ProbeResult,
  check: HealthCheck,
  sinceStartMs: number,
): HealthState {
  const Log = [...state.Log, result].slice(-KEPT)
  if (result.ExitCode === 0) return { Status: 'healthy', FailingStreak: 0, Log }
  if (state.Status === 'starting' && sinceStartMs < check.startPeriodMs) return { ...state, Log }
  const FailingStreak = state.FailingStreak + 1
  return { Status: FailingStreak >= check.retries ? 'unhealthy' : state.Status, FailingStreak, Log }
}

/** Milliseconds until the next check. */
export function nextDelay(check: HealthCheck, status: HealthState['Status'], sinceStartMs: number): number {
  const beginning = sinceStartMs < check.startPeriodMs && status === 'starting'
  return beginning ? check.startIntervalMs : check.intervalMs
}

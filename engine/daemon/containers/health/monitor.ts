/** Runs the health checks of containers that run: a timer for each of them, and none for all others. */
import type { HealthState } from '../../../api/container.ts'
import type { Container } from '../container.ts'
import type { Parts } from '../parts.ts'
import { afterProbe, type HealthCheck, healthCheck, nextDelay, STARTING } from './health.ts'
import { probe } from './probe.ts'

type MonitorParts = Pick<Parts, 'runtime' | 'store' | 'journal' | 'records' | 'report'>

/** A container under watch. */
interface Watch {
  readonly gone: AbortController
  timer: NodeJS.Timeout | undefined
}

export class HealthMonitor {
  readonly #parts: MonitorParts
  readonly #watches = new Map<Container, Watch>()

  constructor(parts: MonitorParts) {
    this.#parts = parts
  }

  /** What the health of a container is at its start; null without a check. */
  initial(container: Container): HealthState | null {
    return healthCheck(container.definition.config) ? STARTING : null
  }

  /** Checks a running container from now on. Nothing happens for one without a check. */
  watch(container: Container): void {
    const check = healthCheck(container.definition.config)
    if (!check || this.#watches.has(container)) return
    const watch: Watch = { gone: new AbortController(), timer: undefined }
    this.#watches.set(container, watch)
    this.#arm(container, check, watch)
  }

  /** Checks it no longer. As Docker: one that nobody checks is not known to be healthy. */
  leave(container: Container): void {
    const watch = this.#watches.get(container)
    if (!watch) return
    this.#watches.delete(container)
    clearTimeout(watch.timer)
    watch.gone.abort()
    const { health } = container
    if (!health) return
    container.health = { ...health, Status: 'unhealthy' }
    container.standing = { ...container.standing, health: container.health }
  }

  /** Stops all timers, leaving states as they are. */
  close(): void {
    for (const { gone, timer } of this.#watches.values()) {
      clearTimeout(timer)
      gone.abort()
    }
    this.#watches.clear()
  }

  #arm(container: Container, check: HealthCheck, watch: Watch): void {
    const delay = nextDelay(check, container.health?.Status ?? 'starting', sinceStart(container))
    watch.timer = setTimeout(
      () => {
        this.#look(container, check, watch).catch((error: unknown) =>
          this.#parts.report(error, `checking the health of container ${container.name}`),
        )
      },
      Math.min(delay, 2 ** 31 - 1),
    )
  }

  async #look(container: Container, check: HealthCheck, watch: Watch): Promise<void> {
    const age = sinceStart(container)
    const result = await probe(this.#parts, container, check, watch.gone.signal)
    if (watch.gone.signal.aborted) return
    const before = container.health ?? STARTING
    const after = afterProbe(before, result, check, age)
    container.health = after
    try {
      if (after.Status !== before.Status) this.#tell(container, after)
    } finally {
      this.#arm(container, check, watch)
    }
  }

  /** A later engine goes on from the last change of state; results between changes are in memory alone. */
  #tell(container: Container, health: HealthState): void {
    const { journal, records } = this.#parts
    journal.emit('container', `health_status: ${health.Status}`, container.id, container.attributes())
    container.standing = { ...container.standing, health }
    records.put(container.id, container.standing, 'same')
  }
}

/** Milliseconds since its process started; 0 when it does not run. */
function sinceStart({ standing: { life } }: Container): number {
  return life.kind === 'running' || life.kind === 'paused' ? Date.now() - Date.parse(life.startedAt) : 0
}

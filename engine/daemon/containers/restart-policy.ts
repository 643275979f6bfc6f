/** Restart policies: whether a container that ended is started again, and when. */
import type { Container } from './container.ts'
import type { Parts } from './parts.ts'
import { startNow } from './start.ts'

const FIRST_DELAY_MS = 100
const LONGEST_DELAY_MS = 60_000
/** A run this long shows that it works: the next delay is the first again. */
const STEADY_MS = 10_000

interface Waiting {
  readonly timer: NodeJS.Timeout
}

const waiting = new WeakMap<Container, Waiting>()
const delays = new WeakMap<Container, number>()

/** True when the policy wants a container that ended so to run again. Pure. */
export function wantsRestart(
  policy: { readonly Name: string; readonly MaximumRetryCount: number },
  ended: { readonly code: number; readonly restarts: number; readonly stoppedByHand: boolean },
  engineStarted: boolean,
): boolean {
  // As Docker: `always` means that it runs again when the engine does.
  if (ended.stoppedByHand && !(engineStarted && policy.Name === 'always')) return false
  switch (policy.Name) {
    case 'always':
    case 'unless-stopped':
      return true
    case 'on-failure':
      return ended.code !== 0 && (policy.MaximumRetryCount === 0 || ended.restarts < policy.MaximumRetryCount)
    default:
      return false
  }
}

/** Arms the next start if the policy wants one, a little later each time that it ends soon. */
export function considerRestart(parts: Parts, container: Container, engineStarted = false): void {
  const { life, restarts, stoppedByHand } = container.standing
  if (life.kind !== 'exited') return
  const policy = container.definition.host.RestartPolicy
  if (!wantsRestart(policy, { code: life.code, restarts, stoppedByHand }, engineStarted)) return
  const ran = Date.parse(life.finishedAt) - Date.parse(life.startedAt)
  const before = delays.get(container)
  const delay =
    before === undefined || ran >= STEADY_MS ? FIRST_DELAY_MS : Math.min(before * 2, LONGEST_DELAY_MS)
  delays.set(container, delay)
  const timer = setTimeout(() => void restart(parts, container), delay)
  waiting.set(container, { timer })
}

/** Takes back an armed start. True when there was one. */
export function cancelRestart(parts: Parts, container: Container): boolean {
  const armed = waiting.get(container)
  if (!armed) return false
  clearTimeout(armed.timer)
  waiting.delete(container)
  container.standing = { ...container.standing, stoppedByHand: true }
  parts.records.put(container.id, container.standing, parts.bridge.id, 'same')
  return true
}

async function restart(parts: Parts, container: Container): Promise<void> {
  try {
    await container.queue.run(async () => {
      // Taken back, started by hand or removed in the meantime.
      if (!waiting.delete(container) || container.up || container.phase !== 'rest') return
      container.standing = { ...container.standing, restarts: container.standing.restarts + 1 }
      await startNow(parts, container)
    })
  } catch (error) {
    parts.report(error, `restarting container ${container.name} by its policy`)
  }
}

/** Restart policies: whether a container that ended is started again, and when. */
import type { Container } from './container.ts'
import { isUp, type Life, restartGivenUp } from './lifecycle.ts'
import type { Parts } from './parts.ts'
import { startNow } from './start.ts'

const FIRST_DELAY_MS = 100
const LONGEST_DELAY_MS = 60_000
/** A run this long shows that it works: the next delay is the first again. */
const STEADY_MS = 10_000
/** How many containers an engine that begins starts side by side. */
const STARTS_AT_ONCE = 4

/** A start that is to come. Whoever takes it back clears the timer, if it runs already. */
export interface PendingRestart {
  timer: NodeJS.Timeout | undefined
}

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

/** Milliseconds until the next start: twice the last wait, unless the container ran well since. Pure. */
export function nextDelay(before: number | null, ranMs: number): number {
  if (before === null || ranMs >= STEADY_MS) return FIRST_DELAY_MS
  return Math.min(before * 2, LONGEST_DELAY_MS)
}

/** Decides at an end whether another start is to come, and notes it on the container. */
export function considerRestart(container: Container, ended: Extract<Life, { kind: 'exited' }>): boolean {
  const { restarts, stoppedByHand } = container.standing
  const policy = container.definition.host.RestartPolicy
  const end = { code: ended.code, restarts, stoppedByHand: stoppedByHand || container.endedByEngine }
  if (!wantsRestart(policy, end, false)) return false
  container.pendingRestart = { timer: undefined }
  return true
}

/** Lets the pending start come after its delay, if nobody has taken it back. */
export function armRestart(parts: Parts, container: Container): void {
  const pending = container.pendingRestart
  const { life } = container.standing
  if (!pending || life.kind !== 'restarting') return
  const ran = Date.parse(life.finishedAt) - Date.parse(life.startedAt)
  const delay = nextDelay(container.restartDelayMs, ran)
  container.restartDelayMs = delay
  pending.timer = setTimeout(() => void restart(parts, container, pending), delay)
}

/** Takes back a start that was to come. True when there was one. */
export function cancelRestart(parts: Parts, container: Container): boolean {
  if (!disarmRestart(container)) return false
  const life = restartGivenUp(container.standing.life)
  container.standing = { ...container.standing, life, stoppedByHand: true }
  parts.records.put(container.id, container.standing, 'same')
  if (life.kind === 'exited') container.tellExit(life.code)
  return true
}

/** Forgets a start that was to come; the record still says so, for a later engine. */
export function disarmRestart(container: Container): boolean {
  const pending = container.pendingRestart
  if (!pending) return false
  clearTimeout(pending.timer)
  container.pendingRestart = null
  return true
}

/** After a restart of the engine or the machine: policies say which of those that ended run again. */
export async function restartByPolicy(parts: Parts): Promise<void> {
  const chosen = [...parts.registry.all()].filter((container) => {
    const { life, restarts, stoppedByHand } = container.standing
    if (life.kind === 'created' || isUp(life)) return false
    const end = { code: life.code, restarts, stoppedByHand }
    return wantsRestart(container.definition.host.RestartPolicy, end, true)
  })
  for (const container of parts.registry.all()) {
    // Its policy was changed, or it used up its tries, while it waited for the engine before this one.
    if (container.standing.life.kind !== 'restarting' || chosen.includes(container)) continue
    container.standing = { ...container.standing, life: restartGivenUp(container.standing.life) }
    parts.records.put(container.id, container.standing, 'same')
  }
  for (const container of chosen) container.pendingRestart = { timer: undefined }
  await Promise.all(
    Array.from({ length: STARTS_AT_ONCE }, async () => {
      for (let next = chosen.shift(); next; next = chosen.shift()) {
        if (next.pendingRestart) await restart(parts, next, next.pendingRestart)
      }
    }),
  )
}

async function restart(parts: Parts, container: Container, pending: PendingRestart): Promise<void> {
  try {
    await container.queue.run(async () => {
      // Taken back, started by hand or removed in the meantime.
      if (container.pendingRestart !== pending) return
      container.pendingRestart = null
      if (container.up || container.phase !== 'rest') return
      await startNow(parts, container)
    })
  } catch (error) {
    // Whoever waits for its end waits no longer: there is no run to come.
    const { life } = container.standing
    if (life.kind === 'exited') container.tellExit(life.code)
    parts.report(error, `restarting container ${container.name} by its policy`)
  }
}

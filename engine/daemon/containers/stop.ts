/** Ending a container's process: kill, stop with its grace, restart, and what pauses it. */
import { EngineError, isEngineError } from '../../errors.ts'
import { signalNumber } from '../../runtime/signals.ts'
import type { Container } from './container.ts'
import { paused, resumed } from './lifecycle.ts'
import type { Parts } from './parts.ts'
import { cancelRestart } from './restart-policy.ts'
import { forgetRestarts, startNow } from './start.ts'

const SIGKILL = 9
/** Seconds that a process has to end, when nobody says how many. */
const DEFAULT_GRACE = 10

export interface StopOptions {
  /** Seconds; below zero waits for ever. */
  readonly timeout?: number
  readonly signal?: string
  /** The engine ends: nobody's wish, so that its restart policy counts when the next engine begins. */
  readonly byEngine?: boolean
}

/** Sends a signal. Throws `invalid` for what is none, `conflict` when it does not run. */
export async function killContainer(parts: Parts, container: Container, signal: string): Promise<void> {
  const number = signalNumber(signal)
  // As Docker: what waits for its restart has nobody to send a signal to, and stays ended.
  if (cancelRestart(parts, container)) return
  if (!container.up) {
    throw new EngineError('conflict', `Container ${container.id} is not running`)
  }
  // As Docker: one that is killed or asked to stop by hand is left alone by its restart policy.
  if (number === SIGKILL || number === stopSignal(container)) markStopped(container)
  const wasPaused = container.standing.life.kind === 'paused'
  await parts.runtime.kill(container.id, number)
  parts.journal.emit('container', 'kill', container.id, container.attributes({ signal: String(number) }))
  if (wasPaused && number === SIGKILL) await parts.runtime.resume(container.id).catch(() => undefined)
}

/** Stops it: its signal, then SIGKILL after the grace. Throws `not-modified` when it does not run. */
export async function stopContainer(parts: Parts, container: Container, options: StopOptions): Promise<void> {
  // The grace is waited for outside the queue, as Docker does: a shorter stop, a rename or a kill need not wait.
  const { stopping } = await container.queue.run(async () => {
    if (cancelRestart(parts, container)) return { stopping: null }
    if (!container.up) {
      await container.settled
      throw new EngineError('not-modified', `container ${container.id} is stopped already`)
    }
    return { stopping: stopNow(parts, container, options) }
  })
  await stopping
}

/** Stops it if it runs, and starts it. */
export function restartContainer(parts: Parts, container: Container, options: StopOptions): Promise<void> {
  return container.queue.run(async () => {
    cancelRestart(parts, container)
    container.restartedByHand = true
    try {
      if (container.up) await stopNow(parts, container, options)
    } finally {
      container.restartedByHand = false
    }
    forgetRestarts(container)
    await startNow(parts, container)
    parts.journal.emit('container', 'restart', container.id, container.attributes())
  })
}

async function stopNow(parts: Parts, container: Container, options: StopOptions): Promise<void> {
  const number = options.signal ? signalNumber(options.signal) : stopSignal(container)
  const grace = options.timeout ?? container.definition.config.StopTimeout ?? DEFAULT_GRACE
  if (options.byEngine) container.endedByEngine = true
  else markStopped(container)
  const exit = container.nextExit()
  if (container.standing.life.kind === 'paused') await unpauseNow(parts, container)
  await sendIfUp(parts, container, number)
  if (!(await within(exit, grace))) {
    await sendIfUp(parts, container, SIGKILL)
    // One that was frozen in the meantime cannot die before it is thawed.
    if (container.standing.life.kind === 'paused')
      await parts.runtime.resume(container.id).catch(() => undefined)
    await exit
  }
  await container.settled
  parts.journal.emit('container', 'stop', container.id, container.attributes())
}

/** Kills it and resolves when its end was seen. */
export async function killAndWait(parts: Parts, container: Container): Promise<void> {
  if (!container.up) return
  markStopped(container)
  const exit = container.nextExit()
  await sendIfUp(parts, container, SIGKILL)
  if (container.standing.life.kind === 'paused')
    await parts.runtime.resume(container.id).catch(() => undefined)
  await exit
}

/** A process that ends by itself just now is no failure of stopping it. */
async function sendIfUp(parts: Parts, container: Container, signal: number): Promise<void> {
  try {
    await parts.runtime.kill(container.id, signal)
    parts.journal.emit('container', 'kill', container.id, container.attributes({ signal: String(signal) }))
  } catch (error) {
    if (!isEngineError(error, 'conflict')) throw error
  }
}

export function pauseContainer(parts: Parts, container: Container): Promise<void> {
  return container.queue.run(async () => {
    const life = paused(container.standing.life, container.id)
    await parts.runtime.pause(container.id)
    // It may have ended just before it was frozen.
    if (!container.up) return
    parts.health.leave(container)
    record(parts, container, life)
    parts.journal.emit('container', 'pause', container.id, container.attributes())
  })
}

export function unpauseContainer(parts: Parts, container: Container): Promise<void> {
  return container.queue.run(() => unpauseNow(parts, container))
}

async function unpauseNow(parts: Parts, container: Container): Promise<void> {
  const life = resumed(container.standing.life, container.id)
  await parts.runtime.resume(container.id)
  if (container.up) {
    record(parts, container, life)
    parts.health.watch(container)
  }
  parts.journal.emit('container', 'unpause', container.id, container.attributes())
}

function record(parts: Parts, container: Container, life: Container['standing']['life']): void {
  container.standing = { ...container.standing, life }
  parts.records.put(container.id, container.standing, 'same')
}

function markStopped(container: Container): void {
  container.standing = { ...container.standing, stoppedByHand: true }
}

function stopSignal(container: Container): number {
  return signalNumber(container.definition.config.StopSignal || 'SIGTERM')
}

/** True when `promise` resolved within so many seconds. */
async function within(promise: Promise<unknown>, seconds: number): Promise<boolean> {
  if (seconds < 0) {
    await promise
    return true
  }
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), Math.min(seconds * 1000, 2 ** 31 - 1))
  })
  try {
    return await Promise.race([promise.then(() => true as const), late])
  } finally {
    clearTimeout(timer)
  }
}

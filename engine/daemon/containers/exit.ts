/** The end of a container's process: told at once, cleared away behind. */
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Exit } from '../../runtime/runtime.ts'
import { nowNano, rfc3339, rfc3339OfDate } from '../clock.ts'
import type { Container } from './container.ts'
import { ended, isUp, restarting } from './lifecycle.ts'
import type { Parts } from './parts.ts'
import { dismantle } from './remove.ts'
import { armRestart, considerRestart } from './restart-policy.ts'
import { emitNetworks } from './start.ts'

/** How long after a record that the disk refused it is tried again. */
const RETRY_MS = 2000

/** Takes note of an end. Whoever waits is told before anything is cleared away. */
export function handleExit(parts: Parts, container: Container, exit: Exit): void {
  if (!isUp(container.standing.life)) {
    // While it starts the end is kept until the start is written down; else it is an old one, known already.
    if (container.phase === 'starting' || container.phase === 'made') container.earlyExit = exit
    return
  }
  container.earlyExit = null
  const { startedAt } = container.standing.life
  const finishedAt = exit.at.getTime() > 0 ? rfc3339OfDate(exit.at) : rfc3339(nowNano())
  const life = ended(container.standing.life, {
    code: exit.code,
    oomKilled: exit.oomKilled,
    finishedAt,
    ...(exit.lost ? { error: exit.lost } : {}),
  })
  const again = considerRestart(container, life)
  const { restarts } = container.standing
  container.standing = {
    ...container.standing,
    life: again ? restarting(life) : life,
    restarts: again ? restarts + 1 : restarts,
  }
  parts.health.leave(container)
  parts.rotation.leave(container)
  const seconds = Math.max(0, Math.floor((exit.at.getTime() - Date.parse(startedAt)) / 1000))
  if (exit.oomKilled) parts.journal.emit('container', 'oom', container.id, container.attributes())
  const attributes = container.attributes({ exitCode: String(exit.code), execDuration: String(seconds) })
  parts.journal.emit('container', 'die', container.id, attributes)
  container.tellExit(exit.code)
  container.settled = clearAway(parts, container).catch((error: unknown) =>
    parts.report(error, `clearing away after container ${container.name}`),
  )
}

async function clearAway(parts: Parts, container: Container): Promise<void> {
  // The clients that waited get their answers first: writing to disk holds this process for a moment.
  await nextTurn()
  if (container.definition.host.AutoRemove && !container.restartedByHand) {
    await dismantle(parts, container, { volumes: true })
    return
  }
  const { id } = container
  const { sandbox, mappings } = container.standing
  try {
    parts.records.put(id, container.standing, 'same')
  } catch (error) {
    parts.report(error, `recording the end of container ${container.name}`)
    return clearAwayUnrecorded(parts, container)
  }
  await Promise.all([
    parts.runtime.delete(id, { force: true }).then(() => parts.store.unmountRootfs(id)),
    sandbox ? parts.networks.release(sandbox, mappings) : null,
  ])
  await parts.volumes.released(container)
  if (sandbox) {
    container.standing = { ...container.standing, sandbox: null, mappings: [] }
    parts.records.put(id, container.standing, 'changed')
    emitNetworks(parts, container, sandbox, 'disconnect')
  }
  armRestart(parts, container)
}

/**
 * The disk does not take the record of an end that has happened. What others may want is free at once; the exit file
 * stays, because an engine started anew would learn of the end from nothing else. Recorded as soon as it can be.
 */
async function clearAwayUnrecorded(parts: Parts, container: Container): Promise<void> {
  const { sandbox, mappings } = container.standing
  if (sandbox) await parts.networks.release(sandbox, mappings)
  container.standing = { ...container.standing, sandbox: null, mappings: [] }
  parts.volumes.released(container)
  if (sandbox) emitNetworks(parts, container, sandbox, 'disconnect')
  container.unrecorded = true
  recordLater(parts, container)
  armRestart(parts, container)
}

function recordLater(parts: Parts, container: Container): void {
  const record = async () => {
    // A start or a removal may have been faster, and has cleared away itself.
    if (!container.unrecorded || container.phase !== 'rest') return
    try {
      parts.records.put(container.id, container.standing, 'changed')
    } catch {
      recordLater(parts, container)
      return
    }
    await forgetEnd(parts, container)
    await parts.store.unmountRootfs(container.id)
  }
  const failed = (error: unknown) => parts.report(error, `clearing away after container ${container.name}`)
  setTimeout(() => void container.queue.run(record).catch(failed), RETRY_MS).unref()
}

/** Takes what the runtime has kept of an end that was not recorded at its time. */
export async function forgetEnd(parts: Parts, container: Container): Promise<void> {
  if (!container.unrecorded) return
  await parts.runtime.delete(container.id, { force: true })
  container.unrecorded = false
}

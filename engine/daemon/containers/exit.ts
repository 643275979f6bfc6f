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
  const life = ended(container.standing.life, { code: exit.code, oomKilled: exit.oomKilled, finishedAt })
  const again = considerRestart(container, life)
  const { restarts } = container.standing
  container.standing = {
    ...container.standing,
    life: again ? restarting(life) : life,
    restarts: again ? restarts + 1 : restarts,
  }
  parts.health.leave(container)
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
  parts.records.put(id, container.standing, 'same')
  await Promise.all([
    parts.runtime.delete(id, { force: true }).then(() => parts.store.unmountRootfs(id)),
    sandbox ? parts.networks.release(sandbox, mappings) : null,
  ])
  parts.volumes.released(container)
  if (sandbox) {
    container.standing = { ...container.standing, sandbox: null, mappings: [] }
    parts.records.put(id, container.standing, 'changed')
    emitNetworks(parts, container, sandbox, 'disconnect')
  }
  armRestart(parts, container)
}

/** Removing a container: its name, address and ports are free before it is acknowledged. */
import { rm } from 'node:fs/promises'
import { EngineError } from '../../errors.ts'
import { dropPending } from './attach.ts'
import type { Container } from './container.ts'
import { containerFiles } from './files.ts'
import type { Parts } from './parts.ts'
import { cancelRestart } from './restart-policy.ts'
import { emitNetworks } from './start.ts'
import { killAndWait } from './stop.ts'

/** Removes it. A running one only by `force`, else throws `conflict`. */
export function removeContainer(
  parts: Parts,
  container: Container,
  options: { readonly force: boolean; readonly volumes: boolean },
): Promise<void> {
  // A forced removal must not wait behind a stop with a long grace: killing first makes that end.
  if (options.force && container.up) void killAndWait(parts, container).catch(() => undefined)
  return container.queue.run(async () => {
    if (container.standing.life.kind === 'restarting' && !options.force) throw refusal(container)
    cancelRestart(parts, container)
    await container.settled
    if (container.phase === 'gone') throw new EngineError('not-found', `No such container: ${container.id}`)
    if (container.up) {
      if (!options.force) throw refusal(container)
      await killAndWait(parts, container)
      await container.settled
    }
    // With AutoRemove its end has taken it away already. (The compiler believes the phase cannot have changed.)
    if ((container.phase as Container['phase']) !== 'gone') await dismantle(parts, container, options)
  })
}

function refusal({ id, standing }: Container): EngineError {
  const { kind } = standing.life
  const message =
    kind === 'paused'
      ? `You cannot remove a paused container ${id}. Unpause and then stop the container before attempting removal or force remove`
      : `You cannot remove a ${kind} container ${id}. Stop the container before attempting removal or force remove`
  return new EngineError('conflict', message)
}

/**
 * Takes the process, the network and then the record of a container that does not run away, and its data last: a
 * removal that fails or is cut off leaves either all of it or nothing. For callers that hold its queue.
 */
export async function dismantle(
  parts: Parts,
  container: Container,
  options: { readonly volumes: boolean },
): Promise<void> {
  const { id } = container
  container.phase = 'removing'
  try {
    const { sandbox, mappings } = container.standing
    await Promise.all([
      parts.runtime.delete(id, { force: true }).then(() => parts.store.unmountRootfs(id)),
      sandbox ? parts.networks.release(sandbox, mappings) : null,
    ])
    await parts.volumes.released(container)
    if (sandbox) emitNetworks(parts, container, sandbox, 'disconnect')
    // The moment of its removal: up to here all of its data is there, whatever happens.
    parts.records.remove(id)
    await parts.records.durable()
  } catch (error) {
    container.phase = 'rest'
    throw error
  }
  container.phase = 'gone'
  parts.registry.remove(container)
  parts.volumes.disclaim(container)
  dropPending(container)
  await removeFiles(parts, container)
  parts.journal.emit('container', 'destroy', id, container.attributes())
  if (options.volumes) await parts.volumes.removeAnonymous(container)
  await parts.images.released(container.definition.imageId)
  container.tellRemoved()
}

/** What cannot go now belongs to no record, and goes at the next start. */
async function removeFiles(parts: Parts, { id, name }: Container): Promise<void> {
  const gone = await Promise.allSettled([
    parts.store.removeRootfs(id),
    rm(containerFiles(parts.directory, id).directory, { recursive: true, force: true }),
  ])
  for (const each of gone) {
    if (each.status === 'rejected') parts.report(each.reason, `removing the files of container ${name}`)
  }
}

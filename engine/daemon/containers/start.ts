/** Starting a container: everything that can go side by side does, and a failure leaves nothing behind. */
import { EngineError } from '../../errors.ts'
import type { Sandbox } from '../../network/network.ts'
import { startFailureCode } from '../../runtime/failure.ts'
import type { Exit } from '../../runtime/runtime.ts'
import { nowNano, rfc3339 } from '../clock.ts'
import type { MountRecord } from '../records/container-record.ts'
import { connectPending, dropPending } from './attach.ts'
import { callByName } from './call-by-name.ts'
import type { Container } from './container.ts'
import { forgetEnd, handleExit } from './exit.ts'
import { containerFiles, fileMounts, withResolver, writeContainerFiles } from './files.ts'
import { ipcSettings } from './ipc.ts'
import { type Joined, joinNetwork, sharedNamespace } from './join-network.ts'
import { failedStart } from './lifecycle.ts'
import { linkedHosts } from './linked-hosts.ts'
import type { Parts } from './parts.ts'
import { dismantle } from './remove.ts'
import { containerSettings } from './settings.ts'
import { remapOf } from './user-namespace.ts'

/** Starts it. Throws `not-modified` when it runs, `conflict` when it is paused, and what stands in the way. */
export function startContainer(parts: Parts, container: Container): Promise<void> {
  return container.queue.run(async () => {
    // By hand: its policy counts from nought again.
    if (container.standing.life.kind === 'restarting') {
      throw new EngineError('not-modified', `container ${container.id} is about to run again`)
    }
    if (!container.up) forgetRestarts(container)
    await startNow(parts, container)
  })
}

/** Its restart policy counts and waits as for a first start. */
export function forgetRestarts(container: Container): void {
  container.restartDelayMs = null
  container.standing = { ...container.standing, restarts: 0 }
}

/** The same for a caller that holds the container's queue. */
export async function startNow(parts: Parts, container: Container): Promise<void> {
  await container.settled
  const { life } = container.standing
  if (container.phase === 'gone') throw new EngineError('not-found', `No such container: ${container.id}`)
  if (life.kind === 'running') throw new EngineError('not-modified', `container ${container.id} runs already`)
  if (life.kind === 'paused') {
    throw new EngineError('conflict', 'cannot start a paused container, try unpause instead')
  }
  await forgetEnd(parts, container)
  container.phase = 'starting'
  container.earlyExit = null
  try {
    await launch(parts, container)
  } catch (error) {
    container.phase = 'rest'
    await undoStart(parts, container, error)
    throw error
  }
}

async function launch(parts: Parts, container: Container): Promise<void> {
  const { definition, id } = container
  const { host } = definition
  const remap = remapOf(parts.remap, host)
  const [rootfs, joined] = await bothOrNeither(
    parts.store.mountRootfs(id, definition.diffIds),
    joinNetwork(parts, container),
  )
  try {
    if (joined.sandbox) emitNetworks(parts, container, joined.sandbox, 'connect')
    const files = containerFiles(parts.directory, id)
    const [volumeParts, layersOf] = await Promise.all([
      parts.volumes.prepare(container, rootfs.path, remap),
      imageLayers(parts, definition.mounts),
      writeContainerFiles(
        files,
        withResolver(definition, parts.settings.now.network),
        joined.sandbox,
        parts.networkRegistry,
        linkedHosts(parts, container),
        remap,
      ),
    ])
    const settings = containerSettings(definition, {
      name: container.name,
      rootfs: rootfs.path,
      network: joined.namespace,
      ipc: ipcSettings(parts, host.IpcMode),
      pid: sharedNamespace(parts, host.PidMode, 'pid'),
      heldFds: joined.held.map(({ fd }) => fd),
      logPath: host.LogConfig.Type === 'none' ? null : files.log,
      fileMounts: fileMounts(containerFiles(parts.directory, filesOwner(parts, container))),
      volumePath: (name) => parts.volumes.pathFor(name, remap),
      remap,
      parts: volumeParts,
      layersOf,
      defaults: parts.processDefaults,
      apparmor: parts.runtime.abilities.apparmor,
    })
    const [{ pid }] = await Promise.all([
      parts.runtime.create(settings),
      publish(parts, joined),
      joined.sandbox && callByName(parts, container, joined.sandbox),
    ])
    container.phase = 'made'
    await connectPending(parts, container)
    await parts.runtime.start(id)
    const life = { kind: 'running', pid, startedAt: rfc3339(nowNano()) } as const
    const health = parts.health.initial(container)
    const standing = {
      ...container.standing,
      life,
      seeded: true,
      stoppedByHand: false,
      ...(health ? { health } : {}),
    }
    // First on disk: a start that cannot be written down is none, and its process is ended.
    parts.records.put(id, standing, 'same')
    container.health = health
    container.standing = standing
    container.phase = 'rest'
    parts.journal.emit('container', 'start', id, container.attributes())
    parts.health.watch(container)
    parts.rotation.watch(container)
    // It may have ended while its start was being written down.
    const early: Exit | null = container.earlyExit
    if (early) handleExit(parts, container, early)
  } finally {
    for (const port of joined.held) port.release()
  }
}

/** By destination, the layers of images that are mounted, top first. */
async function imageLayers(
  parts: Parts,
  mounts: readonly MountRecord[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  const found = new Map<string, readonly string[]>()
  for (const mount of mounts) {
    if (mount.kind === 'image') found.set(mount.destination, await parts.store.lowerPaths(mount.diffIds))
  }
  return found
}

/** Containers on another's network share its names too. */
function filesOwner(parts: Parts, container: Container): string {
  const mode = container.definition.host.NetworkMode
  return mode.startsWith('container:')
    ? parts.registry.find(mode.slice('container:'.length)).id
    : container.id
}

async function publish(parts: Parts, { sandbox, held }: Joined): Promise<void> {
  if (!sandbox || held.length === 0) return
  await parts.networks.publish(
    sandbox,
    held.map(({ mapping }) => mapping),
  )
}

/** Waits for both, so that a failure of one never leaves the other under way. */
async function bothOrNeither<A, B>(first: Promise<A>, second: Promise<B>): Promise<[A, B]> {
  const [a, b] = await Promise.allSettled([first, second])
  if (a.status === 'rejected') throw a.reason
  if (b.status === 'rejected') throw b.reason
  return [a.value, b.value]
}

/** Takes back what a failed start did, and records why it failed. The first failure is the one that is told. */
async function undoStart(parts: Parts, container: Container, error: unknown): Promise<void> {
  const { id } = container
  const message = error instanceof Error ? error.message : String(error)
  dropPending(container)
  const { sandbox, mappings } = container.standing
  const undone = await Promise.allSettled([
    parts.runtime.delete(id, { force: true }).then(() => parts.volumes.released(container)),
    parts.store.unmountRootfs(id),
    sandbox ? parts.networks.release(sandbox, mappings) : null,
  ])
  for (const step of undone) {
    if (step.status === 'rejected') parts.report(step.reason, `undoing the start of ${container.name}`)
  }
  if (sandbox) emitNetworks(parts, container, sandbox, 'disconnect')
  const life = failedStart(container.standing.life, startFailureCode(message), message)
  container.standing = { ...container.standing, life, sandbox: null, mappings: [] }
  try {
    parts.records.put(id, container.standing, sandbox ? 'changed' : 'same')
  } catch (failure) {
    parts.report(failure, `recording the failed start of ${container.name}`)
  }
  if (container.definition.host.AutoRemove) {
    await dismantle(parts, container, { volumes: true }).catch((failure: unknown) =>
      parts.report(failure, `removing ${container.name}, which did not start`),
    )
  }
}

/** Says that a container joined or left its networks. */
export function emitNetworks(
  parts: Parts,
  container: Container,
  { endpoints }: Pick<Sandbox, 'endpoints'>,
  action: 'connect' | 'disconnect',
): void {
  for (const { networkId } of endpoints) {
    const network = parts.networkRegistry.byId(networkId)
    if (!network) continue
    const attributes = { container: container.id, name: network.name, type: network.driver }
    parts.journal.emit('network', action, networkId, attributes)
  }
}

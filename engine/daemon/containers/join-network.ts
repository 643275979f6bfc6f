/** A container's place in the network, for the time that it is up. */
import { EngineError, isEngineError } from '../../errors.ts'
import { hostSide } from '../../network/held-ports.ts'
import type { HeldPort, PortMapping, Sandbox } from '../../network/network.ts'
import type { NamespaceSettings } from '../../runtime/runtime.ts'
import { modeKind, wishOf } from '../networks/attachments.ts'
import type { Attachment } from '../records/container-record.ts'
import type { Container } from './container.ts'
import type { Parts } from './parts.ts'
import { type PortWish, portWishes } from './ports.ts'
import { remapOf } from './user-namespace.ts'

/** What a start got. `held` are our copies of listening sockets, until the supervisor has its own. */
export interface Joined {
  readonly namespace: NamespaceSettings
  readonly sandbox: Sandbox | null
  readonly held: readonly HeldPort[]
}

/** Binds ports, then takes addresses; both are recorded before this resolves. Undoes what it did when it throws. */
export async function joinNetwork(parts: Parts, container: Container): Promise<Joined> {
  const { host, config } = container.definition
  const kind = config.NetworkDisabled ? 'none' : modeKind(host.NetworkMode)
  switch (kind) {
    case 'host':
      return { namespace: { kind: 'host' }, sandbox: null, held: [] }
    case 'none':
      return { namespace: { kind: 'private' }, sandbox: null, held: [] }
    case 'container':
      return { namespace: namespaceOf(parts, host.NetworkMode, 'net'), sandbox: null, held: [] }
    case 'bridge':
    case 'user':
      return joinNetworks(parts, container)
  }
}

async function joinNetworks(parts: Parts, container: Container): Promise<Joined> {
  const { config, host } = container.definition
  const found = Object.entries(container.standing.networks).map(
    ([name, { asked }]) => [parts.networkRegistry.find(name), asked] as const,
  )
  const wishes = found.map(([network, asked]) => wishOf(network, asked))
  const unnamed = wishes[0]?.network.hostBinding || '0.0.0.0'
  const ports = portWishes(config.ExposedPorts, host.PortBindings, host.PublishAllPorts, unnamed)
  const held = await holdPorts(parts, container, ports)
  try {
    const sandbox = await parts.networks.acquire(
      container.id,
      wishes,
      (claimed) => {
        const mappings = held.map(({ mapping }) => mapping)
        const networks = Object.fromEntries(
          found.map(([{ id, name }, asked]): [string, Attachment] => [name, { networkId: id, asked }]),
        )
        container.standing = { ...container.standing, networks, sandbox: claimed, mappings }
        parts.records.put(container.id, container.standing, 'changed')
      },
      remapOf(parts.remap, host)?.userns,
    )
    return { namespace: { kind: 'path', path: sandbox.netns }, sandbox, held }
  } catch (error) {
    for (const port of held) port.release()
    throw error
  }
}

/** Binds each wish, the next number of its range when one is taken. */
async function holdPorts(
  parts: Parts,
  container: Container,
  wishes: readonly PortWish[],
): Promise<readonly HeldPort[]> {
  const held: HeldPort[] = []
  try {
    for (const wish of wishes) held.push(...(await holdWish(parts, container, wish)))
    return held
  } catch (error) {
    for (const port of held) port.release()
    throw error
  }
}

/** A number that is free on every IPv4 address may be somebody's on an IPv6 one; so often another is tried. */
const RANDOM_TRIES = 5

/** One port, or with both families the same one of each. */
async function holdWish(parts: Parts, container: Container, wish: PortWish): Promise<HeldPort[]> {
  const both = wish.everywhere && (await parts.networks.publishesIpv6())
  for (let tried = 1; ; tried++) {
    const four = await holdOne(parts, container, wish)
    if (!both) return [four]
    const { hostPort } = four.mapping
    const twin = { ...wish, hostIp: '::', first: hostPort, last: hostPort }
    try {
      return [four, await holdOne(parts, container, twin)]
    } catch (error) {
      four.release()
      if (wish.first !== 0 || tried === RANDOM_TRIES) throw error
    }
  }
}

async function holdOne(parts: Parts, container: Container, wish: PortWish): Promise<HeldPort> {
  const { hostIp, containerPort, protocol } = wish
  for (let hostPort = wish.first; ; hostPort++) {
    const mapping: PortMapping = { hostIp, hostPort, containerPort, protocol }
    try {
      checkUnclaimed(parts, mapping)
      const [held] = await parts.networks.holdPorts([mapping])
      if (!held) throw new EngineError('internal', `no port was held for ${hostIp}:${hostPort}`)
      return held
    } catch (error) {
      if (isEngineError(error, 'conflict') && hostPort < wish.last) continue
      throw new EngineError(
        isEngineError(error, 'conflict') ? 'internal' : isEngineError(error) ? error.kind : 'internal',
        `driver failed programming external connectivity on endpoint ${container.name}: ${(error as Error).message}`,
        { cause: error },
      )
    }
  }
}

/** Says which of our containers holds a port, which the kernel cannot. Throws `conflict`. */
function checkUnclaimed(parts: Parts, mapping: PortMapping): void {
  const holder = mapping.hostPort === 0 ? null : parts.records.portHolder(mapping)
  if (holder === null) return
  const name = parts.registry.byId(holder)?.name ?? holder
  throw new EngineError(
    'conflict',
    `Bind for ${hostSide(mapping)} failed: port is already allocated (by container ${name})`,
  )
}

/** The namespace of a container that `mode` names (`container:NAME`); it must run. Throws `conflict`. */
export function namespaceOf(parts: Parts, mode: string, type: 'net' | 'ipc' | 'pid'): NamespaceSettings {
  const target = parts.registry.find(mode.slice('container:'.length))
  const { life } = target.standing
  if (life.kind !== 'running') {
    throw new EngineError(
      'conflict',
      `cannot join ${type} namespace of a non running container: ${target.id}`,
    )
  }
  return { kind: 'path', path: `/proc/${life.pid}/ns/${type}` }
}

/** The namespace that an ipc or pid mode asks for. */
export function sharedNamespace(parts: Parts, mode: string, type: 'ipc' | 'pid'): NamespaceSettings {
  if (mode === 'host') return { kind: 'host' }
  if (mode.startsWith('container:')) return namespaceOf(parts, mode, type)
  return { kind: 'private' }
}

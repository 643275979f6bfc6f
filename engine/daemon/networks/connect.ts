/** Joining and leaving a network, at once when the container is up, else for its next start. */
import type { EndpointSettings } from '../../api/network.ts'
import { EngineError } from '../../errors.ts'
import type { Sandbox } from '../../network/network.ts'
import { callByName } from '../containers/call-by-name.ts'
import type { Container } from '../containers/container.ts'
import { addOwnHosts, changeResolver, removeOwnHosts } from '../containers/own-hosts.ts'
import type { Parts } from '../containers/parts.ts'
import { emitNetworks } from '../containers/start.ts'
import type { Attachment } from '../records/container-record.ts'
import { checkAsked, modeKind, wishOf } from './attachments.ts'
import { hasNames } from './naming.ts'
import type { KnownNetwork } from './network-registry.ts'

/** Throws `invalid` or `forbidden` in Docker's words. */
export function connectContainer(
  parts: Parts,
  container: Container,
  network: KnownNetwork,
  asked: Partial<EndpointSettings>,
): Promise<void> {
  return container.queue.run(async () => {
    await container.settled
    checkMode(container, network)
    checkAsked(network, asked)
    const attachment: Attachment = { networkId: network.id, asked }
    const { sandbox } = container.standing
    if (!container.up || !sandbox) {
      keep(parts, container, { ...container.standing.networks, [network.name]: attachment }, sandbox)
      return
    }
    if (sandbox.endpoints.some(({ networkId }) => networkId === network.id)) {
      throw new EngineError(
        'forbidden',
        `endpoint with name ${container.name} already exists in network ${network.name}`,
      )
    }
    const before = container.standing.networks
    const networks = { ...before, [network.name]: attachment }
    let wider: Sandbox
    try {
      wider = await parts.networks.plug(
        sandbox,
        container.standing.mappings,
        wishOf(network, asked),
        (claimed) => keep(parts, container, networks, claimed),
      )
    } catch (error) {
      if (container.up) keep(parts, container, before, sandbox)
      throw error
    }
    if (!container.up) {
      // It ended meanwhile, and what it had before is cleared away with it: this is left.
      await container.settled
      await parts.networks.unplug(wider, [], network.id)
      return
    }
    const endpoints = wider.endpoints.filter(({ networkId }) => networkId === network.id)
    await addOwnHosts(parts, container, endpoints)
    await rename(parts, container, sandbox, wider)
    emitNetworks(parts, container, { endpoints }, 'connect')
  })
}

/** Throws `invalid` in Docker's words when it is not on it. */
export function disconnectContainer(
  parts: Parts,
  container: Container,
  network: KnownNetwork,
): Promise<void> {
  return container.queue.run(async () => {
    await container.settled
    if (!network.record && network.name === 'host') {
      throw new EngineError(
        'invalid',
        'container cannot be disconnected from host network or connected to host network',
      )
    }
    const { sandbox, mappings, networks } = container.standing
    if (!networks[network.name]) {
      const which = container.up ? network.name : `the network ${network.name}`
      throw new EngineError(
        'invalid',
        `container ${container.id} is not connected to ${container.up ? `network ${which}` : which}`,
      )
    }
    const { [network.name]: _left, ...rest } = networks
    const endpoint = sandbox?.endpoints.find(({ networkId }) => networkId === network.id)
    if (!container.up || !sandbox || !endpoint) {
      keep(parts, container, rest, sandbox)
      return
    }
    const narrower = await parts.networks.unplug(sandbox, mappings, network.id)
    if (container.up) {
      keep(parts, container, rest, narrower)
      await removeOwnHosts(parts, container, [endpoint])
      await rename(parts, container, sandbox, narrower)
    } else {
      await container.settled
      keep(parts, container, rest, container.standing.sandbox)
    }
    emitNetworks(parts, container, { endpoints: [endpoint] }, 'disconnect')
  })
}

/** Names follow the networks, and whether there are names at all. */
async function rename(parts: Parts, container: Container, before: Sandbox, after: Sandbox): Promise<void> {
  const [had, has] = [before, after].map((each) => hasNames(each, parts.networkRegistry))
  await callByName(parts, container, after)
  if (has !== undefined && had !== has) await changeResolver(parts, container, has)
}

function keep(
  parts: Parts,
  container: Container,
  networks: Readonly<Record<string, Attachment>>,
  sandbox: Sandbox | null,
): void {
  container.standing = { ...container.standing, networks, sandbox }
  parts.records.put(container.id, container.standing, 'changed')
}

function checkMode({ definition, standing }: Container, network: KnownNetwork): void {
  const own = modeKind(definition.host.NetworkMode)
  if (own === 'container' || (own === 'host' && network.name !== 'host')) {
    throw new EngineError(
      'invalid',
      'container sharing network namespace with another container or host cannot be connected to any other network',
    )
  }
  if (network.name === 'host') {
    throw new EngineError(
      'invalid',
      'container cannot be disconnected from host network or connected to host network',
    )
  }
  if (own === 'none' || network.name === 'none' || standing.networks.none) {
    throw new EngineError(
      'invalid',
      'container cannot be connected to multiple networks with one of the networks in private (none) mode',
    )
  }
}

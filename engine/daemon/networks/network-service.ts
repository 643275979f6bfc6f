/** Networks as Docker shows them and as it lets them be made, removed, joined and left. */
import { randomBytes } from 'node:crypto'
import { networkInterfaces } from 'node:os'
import type {
  EndpointSettings,
  NetworkCreateRequest,
  NetworkCreateResponse,
  NetworkInspect,
} from '../../api/network.ts'
import { EngineError, isEngineError } from '../../errors.ts'
import { nowNano, rfc3339 } from '../clock.ts'
import type { Parts } from '../containers/parts.ts'
import { checkFilters, type Filters, labelsFit } from '../filters.ts'
import { pruneUntil } from '../prune-until.ts'
import { Queue } from '../queue.ts'
import type { NetworkRecords } from '../records/networks.ts'
import { poolsOf } from './choose-subnet.ts'
import { connectContainer, disconnectContainer } from './connect.ts'
import { checkNetworkName, defineNetwork } from './define-network.ts'
import { hostRanges } from './host-ranges.ts'
import type { KnownNetwork } from './network-registry.ts'
import { inspectNetwork, membersOf, selectNetworks } from './network-wire.ts'

export class NetworkService {
  readonly #parts: Parts
  readonly #records: NetworkRecords
  /** What is made one after another: two creates must not choose one subnet. */
  readonly #queue = new Queue()

  constructor(parts: Parts, records: NetworkRecords) {
    this.#parts = parts
    this.#records = records
  }

  list(filters: Filters): readonly NetworkInspect[] {
    return selectNetworks(this.#parts, filters).map((network) => ({
      ...inspectNetwork(this.#parts, network),
      Containers: {},
    }))
  }

  inspect(name: string): NetworkInspect {
    return inspectNetwork(this.#parts, this.#parts.networkRegistry.find(name))
  }

  create(request: NetworkCreateRequest): Promise<NetworkCreateResponse> {
    return this.#queue.run(async () => {
      const { networkRegistry, networks, journal } = this.#parts
      const name = request.Name ?? ''
      checkNetworkName(name)
      checkKind(request)
      if (networkRegistry.byName(name)) {
        throw new EngineError('conflict', `network with name ${name} already exists`)
      }
      const links = networkInterfaces()
      const record = defineNetwork(request, {
        id: randomBytes(32).toString('hex'),
        created: rfc3339(nowNano()),
        hostRanges: hostRanges(),
        others: networkRegistry.definitions(),
        pools: poolsOf(this.#parts.settings.now.network.addressPools, networkRegistry.bridge.link),
        linkExists: (link) => links[link] !== undefined,
      })
      const { definition } = record
      // Recorded first: what a crash leaves of it is made whole by the next engine, or removed with it.
      this.#records.add(record)
      try {
        await networks.raise([definition])
      } catch (error) {
        await networks.lower(definition).catch(() => undefined)
        this.#records.remove(definition.id)
        throw error
      }
      networkRegistry.add(record)
      journal.emit('network', 'create', definition.id, { name, type: definition.driver })
      return { Id: definition.id, Warning: '' }
    })
  }

  async connect(name: string, container: string, asked: Partial<EndpointSettings>): Promise<void> {
    const network = this.#parts.networkRegistry.find(name)
    await connectContainer(this.#parts, this.#parts.registry.find(container), network, asked)
  }

  async disconnect(name: string, container: string, options: { readonly force: boolean }): Promise<void> {
    const network = this.#parts.networkRegistry.find(name)
    let found: ReturnType<Parts['registry']['find']>
    try {
      found = this.#parts.registry.find(container)
    } catch (error) {
      if (!options.force || !isEngineError(error, 'not-found')) throw error
      throw new EngineError('not-found', `endpoint ${container} not found`, { cause: error })
    }
    await disconnectContainer(this.#parts, found, network)
  }

  async remove(name: string): Promise<void> {
    const network = this.#parts.networkRegistry.find(name)
    if (network.builtIn) {
      throw new EngineError('forbidden', `${network.name} is a pre-defined network and cannot be removed`)
    }
    await this.#queue.run(() => this.#destroy(network))
  }

  /** Removes the networks that no container that is up is on. */
  async prune(filters: Filters): Promise<{ readonly NetworksDeleted: readonly string[] | null }> {
    checkFilters(filters, ['label', 'label!', 'until'])
    const until = pruneUntil(filters)
    const removed: string[] = []
    for (const network of this.#parts.networkRegistry.all()) {
      const { record } = network
      if (network.builtIn || !record || !labelsFit(filters, record.labels)) continue
      if (until !== null && Date.parse(record.created) >= until) continue
      if (membersOf(this.#parts, network).length > 0) continue
      try {
        await this.#queue.run(() => this.#destroy(network))
        removed.push(network.name)
      } catch (error) {
        // Somebody joined it, or removed it, in the meantime.
        if (!isEngineError(error, 'forbidden') && !isEngineError(error, 'not-found')) throw error
      }
    }
    this.#parts.journal.emit('network', 'prune', '', { reclaimed: '0' })
    return { NetworksDeleted: removed.length > 0 ? removed : null }
  }

  async #destroy(network: KnownNetwork): Promise<void> {
    const { networkRegistry, networks, journal } = this.#parts
    const { id, name, record } = network
    if (!networkRegistry.byId(id)) throw new EngineError('not-found', `network ${name} not found`)
    if (membersOf(this.#parts, network).length > 0) {
      throw new EngineError(
        'forbidden',
        `error while removing network: network ${name} id ${id} has active endpoints`,
      )
    }
    // Out of sight first, so that nobody joins what is going.
    networkRegistry.remove(network)
    try {
      if (record) await networks.lower(record.definition)
      this.#records.remove(id)
    } catch (error) {
      if (record) networkRegistry.add(record)
      throw error
    }
    journal.emit('network', 'destroy', id, { name, type: network.driver })
  }
}

/** Throws `forbidden` for what only a swarm has. */
function checkKind(request: NetworkCreateRequest): void {
  if (request.Ingress) {
    throw new EngineError('forbidden', 'Ingress network can only be global scope network')
  }
  if (request.Scope && request.Scope !== 'local') {
    throw new EngineError('forbidden', 'cannot create a swarm scoped network when swarm is not active')
  }
}

/**
 * Networks on a bridge of the engine's own. A namespace is made when it is wanted, by the helper in one short process
 * that speaks to the kernel itself: about 5 ms, beside the mounting of the root filesystem, so that no pool of ready ones
 * has to be kept, adopted and destroyed.
 */
import { createHash, randomBytes } from 'node:crypto'
import { mkdir, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { mountsBeneath } from '../host/mount.ts'
import { nativeHelper } from '../host/native-parts.ts'
import { AddressPool, macOf } from './addresses.ts'
import { parseCounters } from './counters.ts'
import { closePorts, lower, openPorts, portRuleOwners, raise } from './firewall.ts'
import { holdPort } from './held-ports.ts'
import type { Endpoint, HeldPort, NetworkDefinition, Networks, PortMapping, PortOwner } from './network.ts'
import { linkExists, networkPlace, run, setSysctl } from './place.ts'
import { portOwner } from './port-owner.ts'
import { aim, forwarded, freed } from './rootless/forwarder.ts'

const MTU = '1500'

/** What of the containers is in use, as the records say it. */
type InUse = Parameters<Networks['verify']>[0]

/** Networks whose namespaces are bound in `directory`, for the one bridge `network`. */
export function bridgeNetworks(directory: string, network: NetworkDefinition): Networks {
  return new BridgeNetworks(directory, network)
}

class BridgeNetworks implements Networks {
  readonly #directory: string
  readonly #network: NetworkDefinition
  readonly #addresses: AddressPool
  #raised: Promise<void> | null = null

  constructor(directory: string, network: NetworkDefinition) {
    this.#directory = directory
    this.#network = network
    this.#addresses = new AddressPool(network.subnet, network.gateway)
  }

  ready(): Promise<void> {
    this.#raised ??= this.#raise([]).catch((error: unknown) => {
      this.#raised = null
      throw error
    })
    return this.#raised
  }

  async acquire(
    network: NetworkDefinition,
    containerId: string,
    claimed: (endpoint: Endpoint) => void,
  ): Promise<Endpoint> {
    await this.ready()
    const address = this.#addresses.take()
    const endpoint: Endpoint = {
      containerId,
      netns: this.#namespace(containerId),
      address,
      prefixLength: this.#addresses.prefixLength,
      gateway: network.gateway,
      macAddress: macOf(address),
    }
    try {
      claimed(endpoint)
      const veth = `lv${createHash('sha256').update(containerId).update(randomBytes(8)).digest('hex').slice(0, 10)}`
      const cidr = `${address}/${endpoint.prefixLength}`
      const way = network.internal ? '-' : network.gateway
      await this.#native('join', endpoint.netns, network.bridge, veth, cidr, way, endpoint.macAddress, MTU)
      return endpoint
    } catch (error) {
      this.#addresses.free(address)
      throw error
    }
  }

  async holdPorts(mappings: readonly PortMapping[]): Promise<readonly HeldPort[]> {
    const held: HeldPort[] = []
    try {
      for (const mapping of mappings) held.push(reachable(await holdPort(mapping)))
      return held
    } catch (error) {
      for (const port of held) port.release()
      throw error
    }
  }

  async publish(endpoint: Endpoint, mappings: readonly PortMapping[]): Promise<void> {
    if (mappings.length > 0) await openPorts(this.#network, endpoint, mappings)
    if (networkPlace() !== null) aim(mappings, endpoint.address)
  }

  async release(endpoint: Endpoint, mappings: readonly PortMapping[]): Promise<void> {
    await closePorts(this.#network, endpoint, mappings)
    if (networkPlace() !== null) await freed(mappings)
    await this.#native('leave', endpoint.netns)
    this.#addresses.free(endpoint.address)
  }

  async recover(inUse: InUse, rebooted: boolean): Promise<void> {
    await mkdir(this.#directory, { recursive: true, mode: 0o700 })
    const kept = new Set(rebooted ? [] : inUse.map(({ endpoint }) => endpoint.netns))
    for (const name of await readdir(this.#directory)) {
      const netns = join(this.#directory, name)
      if (!kept.has(netns)) await this.#native('leave', netns)
    }
    if (!rebooted) for (const { endpoint } of inUse) this.#addresses.claim(endpoint.address)
    // Rules are written from the records, so that those of containers that ended while no engine ran are gone.
    if (rebooted || inUse.length > 0 || (await linkExists(this.#network.bridge))) {
      this.#raised = this.#raise(rebooted ? [] : inUse)
      await this.#raised
    }
  }

  async verify(inUse: InUse): Promise<readonly string[]> {
    const wanted = new Map(inUse.map(({ endpoint, mappings }) => [endpoint.netns, { endpoint, mappings }]))
    const bound = new Set(mountsBeneath(this.#directory).map(({ target }) => target))
    const names = await readdir(this.#directory).catch(() => [])
    const lines = [...wanted.values()]
      .filter(({ endpoint }) => !bound.has(endpoint.netns))
      .map(
        ({ endpoint }) =>
          `network: container ${endpoint.containerId.slice(0, 12)} has lost its namespace ${endpoint.netns}`,
      )
    for (const name of names) {
      const netns = join(this.#directory, name)
      if (!wanted.has(netns)) lines.push(`network: namespace ${netns} belongs to no running container`)
    }
    const owners = (await linkExists(this.#network.bridge)) ? await portRuleOwners(this.#network) : []
    for (const { endpoint, mappings } of wanted.values()) {
      const has = owners.filter((owner) => endpoint.containerId.startsWith(owner)).length
      if (has !== mappings.length)
        lines.push(
          `network: container ${endpoint.containerId.slice(0, 12)} publishes ${mappings.length} ports and has ${has} rules`,
        )
    }
    const known = [...wanted.values()].map(({ endpoint }) => endpoint.containerId.slice(0, 12))
    for (const owner of new Set(owners.filter((each) => !known.includes(each))))
      lines.push(`network: port rules are left of container ${owner}, which does not run`)
    return lines
  }

  portOwner(port: number, protocol: 'tcp' | 'udp'): Promise<PortOwner | null> {
    return portOwner(port, protocol)
  }

  async counters(pid: number): ReturnType<Networks['counters']> {
    return parseCounters(await readFile(`/proc/${pid}/net/dev`, 'utf8'))
  }

  async close(options: { readonly destroy: boolean }): Promise<void> {
    if (!options.destroy) return
    for (const name of await readdir(this.#directory).catch(() => []))
      await this.#native('leave', join(this.#directory, name))
    await lower(this.#network)
    await this.#native('drop', this.#network.bridge)
    this.#raised = null
  }

  async #raise(published: InUse): Promise<void> {
    await mkdir(this.#directory, { recursive: true, mode: 0o700 })
    const { bridge, gateway } = this.#network
    await this.#native('bridge', bridge, `${gateway}/${this.#addresses.prefixLength}`, MTU)
    await allowForwarding(bridge)
    await raise(this.#network, published)
  }

  #namespace(containerId: string): string {
    return join(this.#directory, containerId.slice(0, 32))
  }

  async #native(...args: readonly string[]): Promise<void> {
    await run(nativeHelper(), ['net', ...args])
  }
}

/** Where the host does not route to containers, a port is carried to them. */
function reachable(held: HeldPort): HeldPort {
  const place = networkPlace()
  return place === null ? held : forwarded(held, place)
}

/** Forwarding, and for published ports on 127.0.0.1 the kernel's leave to route loopback addresses to the bridge. */
async function allowForwarding(bridge: string): Promise<void> {
  await setSysctl('/proc/sys/net/ipv4/ip_forward', '1')
  await setSysctl(`/proc/sys/net/ipv4/conf/${bridge}/route_localnet`, '1')
}

/**
 * Networks on bridges of the engine's own, or beside an interface of the host's. A namespace is made when it is wanted,
 * by the helper in one short process that speaks to the kernel itself: about 5 ms, beside the mounting of the root
 * filesystem, so that no pool of ready ones has to be kept, adopted and destroyed.
 */
import { randomBytes } from 'node:crypto'
import { mkdir, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { EngineError } from '../errors.ts'
import { run as runHere } from '../host/exec.ts'
import { nativeHelper } from '../host/native-parts.ts'
import { AddressBook } from './address-book.ts'
import { parseCounters } from './counters.ts'
import { endpointWords, gatewayEndpoint, type NetworkOf, routeWords } from './endpoints.ts'
import { Firewall } from './firewall.ts'
import { holdPort } from './held-ports.ts'
import { dropLink, makeLink, ownLinks } from './links.ts'
import { Names } from './names.ts'
import type {
  Endpoint,
  EndpointWish,
  HeldPort,
  InUse,
  NetworkDefinition,
  Networks,
  PortMapping,
  PortOwner,
  Sandbox,
  SandboxNames,
  TrafficCounters,
} from './network.ts'
import { networkPlace, run } from './place.ts'
import { portOwner } from './port-owner.ts'
import { aim, forwarded, freed } from './rootless/forwarder.ts'
import { type PortRule, portRules } from './rules.ts'
import { verifyNetworks } from './verify-networks.ts'

/** Networks whose namespaces are bound in `directory`. What is made on the host carries `tag`. */
export function bridgeNetworks(directory: string, tag: string): Networks {
  return new BridgeNetworks(directory, tag)
}

class BridgeNetworks implements Networks {
  readonly #directory: string
  readonly #tag: string
  readonly #firewall: Firewall
  readonly #addresses = new AddressBook()
  readonly #names: Names
  readonly #known = new Map<string, NetworkDefinition>()
  /** Networks whose links and rules are there, or are being made. */
  readonly #raised = new Map<string, Promise<void>>()
  /** Changes of the firewall's chains, one after another. */
  #writing: Promise<void> = Promise.resolve()

  constructor(directory: string, tag: string) {
    this.#directory = directory
    this.#tag = tag
    this.#firewall = new Firewall(tag)
    this.#names = new Names(`${directory}.names`, tag)
  }

  readonly #networkOf: NetworkOf = (id) => this.#known.get(id)

  async raise(networks: readonly NetworkDefinition[], inUse?: readonly InUse[]): Promise<void> {
    for (const network of networks) this.#know(network)
    const made = await Promise.allSettled(networks.map((network) => makeLink(network, this.#tag)))
    const there = networks.filter((_, at) => made[at]?.status === 'fulfilled')
    const ports = inUse?.flatMap(({ sandbox, mappings }) => this.#rulesOf(sandbox, mappings))
    const written = this.#write(ports)
    for (const { id } of there) this.#raised.set(id, written)
    try {
      await written
    } catch (error) {
      for (const { id } of there) this.#raised.delete(id)
      throw error
    }
    const failed = made.find((each) => each.status === 'rejected')
    if (failed) throw failed.reason
  }

  async lower(network: NetworkDefinition): Promise<void> {
    await dropLink(network)
    this.#known.delete(network.id)
    this.#raised.delete(network.id)
    this.#addresses.close(network.id)
    await this.#write()
  }

  async acquire(
    containerId: string,
    wishes: readonly EndpointWish[],
    claimed: (sandbox: Sandbox) => void,
    userns: string | null = null,
  ): Promise<Sandbox> {
    const netns = join(this.#directory, containerId.slice(0, 32))
    await this.#ready(wishes)
    const endpoints: Endpoint[] = []
    try {
      for (const wish of wishes) endpoints.push(this.#addresses.take(wish, containerId, endpoints))
      const sandbox = { containerId, netns, endpoints }
      claimed(sandbox)
      const words = endpoints.flatMap((endpoint) => this.#words(endpoint))
      if (userns !== null) await runHere(nativeHelper(), ['userns', 'net', netns, userns])
      const how = userns === null ? 'join' : 'furnish'
      await this.#native(how, netns, ...routeWords(endpoints, this.#networkOf), ...words)
      return sandbox
    } catch (error) {
      for (const endpoint of endpoints) this.#addresses.free(endpoint, containerId)
      throw error
    }
  }

  async plug(
    sandbox: Sandbox,
    mappings: readonly PortMapping[],
    wish: EndpointWish,
    claimed: (sandbox: Sandbox) => void,
  ): Promise<Sandbox> {
    await this.#ready([wish])
    const endpoint = this.#addresses.take(wish, sandbox.containerId, sandbox.endpoints)
    const wider = { ...sandbox, endpoints: [...sandbox.endpoints, endpoint] }
    try {
      claimed(wider)
      const ways = routeWords(wider.endpoints, this.#networkOf)
      await this.#native('plug', sandbox.netns, ...ways, ...this.#words(endpoint))
    } catch (error) {
      this.#addresses.free(endpoint, sandbox.containerId)
      throw error
    }
    await this.#republish(sandbox, wider, mappings)
    return wider
  }

  async unplug(sandbox: Sandbox, mappings: readonly PortMapping[], networkId: string): Promise<Sandbox> {
    const endpoint = sandbox.endpoints.find((each) => each.networkId === networkId)
    if (!endpoint) return sandbox
    const narrower = { ...sandbox, endpoints: sandbox.endpoints.filter((each) => each !== endpoint) }
    const ways = routeWords(narrower.endpoints, this.#networkOf)
    await this.#native('unplug', sandbox.netns, ...ways, endpoint.interface)
    await this.#republish(sandbox, narrower, mappings)
    this.#addresses.free(endpoint, sandbox.containerId)
    return narrower
  }

  async name(sandbox: Sandbox, names: SandboxNames | null): Promise<void> {
    await (names === null ? this.#names.drop(sandbox.containerId) : this.#names.put(sandbox, names))
  }

  async publishesIpv6(): Promise<boolean> {
    // A kernel without IPv6 has no such table, one with it switched off an empty one.
    return (await readFile('/proc/net/if_inet6', 'utf8').catch(() => '')) !== ''
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

  async publish(sandbox: Sandbox, mappings: readonly PortMapping[]): Promise<void> {
    await this.#firewall.open(this.#rulesOf(sandbox, mappings))
    const target = this.#wayOut(sandbox, 4) ?? this.#wayOut(sandbox, 6)
    if (target) aim(mappings.filter(isCarried), target.address || target.address6)
  }

  async release(sandbox: Sandbox, mappings: readonly PortMapping[]): Promise<void> {
    await Promise.all([
      this.#firewall.close(this.#rulesOf(sandbox, mappings)),
      this.#names.drop(sandbox.containerId),
    ])
    await freed(mappings.filter(isCarried))
    await this.#native('leave', sandbox.netns)
    for (const endpoint of sandbox.endpoints) this.#addresses.free(endpoint, sandbox.containerId)
  }

  async recover(
    networks: readonly NetworkDefinition[],
    inUse: readonly InUse[],
    rebooted: boolean,
  ): Promise<void> {
    await mkdir(this.#directory, { recursive: true, mode: 0o700 })
    for (const network of networks) this.#know(network)
    const alive = new Set(rebooted ? [] : inUse.map(({ sandbox }) => sandbox.containerId))
    // Before namespaces go: the server of names has a hold on them.
    for (const id of await this.#names.adopt()) if (!alive.has(id)) await this.#names.drop(id)
    const kept = new Set(rebooted ? [] : inUse.map(({ sandbox }) => sandbox.netns))
    for (const name of await readdir(this.#directory)) {
      const netns = join(this.#directory, name)
      if (!kept.has(netns)) await this.#native('leave', netns)
    }
    const wanted = new Set(networks.map(({ link }) => link))
    for (const link of await ownLinks(this.#tag)) {
      if (!wanted.has(link)) await this.#native('drop', link)
    }
    if (rebooted) return
    for (const { sandbox } of inUse)
      for (const endpoint of sandbox.endpoints) this.#addresses.claim(endpoint, sandbox.containerId)
  }

  async verify(networks: readonly NetworkDefinition[], inUse: readonly InUse[]): Promise<readonly string[]> {
    for (const network of networks) this.#know(network)
    return verifyNetworks({
      directory: this.#directory,
      tag: this.#tag,
      networks,
      inUse: inUse.map((each) => ({ ...each, rules: this.#rulesOf(each.sandbox, each.mappings).length })),
      ruleOwners: () => this.#firewall.portRuleOwners(),
      named: await this.#names.list().finally(() => this.#names.close()),
    })
  }

  portOwner(port: number, protocol: 'tcp' | 'udp'): Promise<PortOwner | null> {
    return portOwner(port, protocol)
  }

  async counters(pid: number): Promise<TrafficCounters> {
    return parseCounters(await readFile(`/proc/${pid}/net/dev`, 'utf8'))
  }

  async close(options: { readonly destroy: boolean }): Promise<void> {
    if (!options.destroy) {
      this.#names.close()
      return
    }
    for (const id of await this.#names.adopt()) await this.#names.drop(id)
    this.#names.close()
    for (const name of await readdir(this.#directory).catch(() => []))
      await this.#native('leave', join(this.#directory, name))
    await this.#writing.catch(() => undefined)
    await this.#firewall.lower()
    await Promise.all([...this.#known.values()].map(dropLink))
    this.#raised.clear()
  }

  #know(network: NetworkDefinition): void {
    this.#addresses.open(network)
    this.#known.set(network.id, network)
  }

  /** Raises what a host without a firewall, or without a parent interface, did not have when the engine started. */
  async #ready(wishes: readonly EndpointWish[]): Promise<void> {
    const gone = wishes.find(({ network }) => !this.#known.has(network.id))
    if (gone) throw new EngineError('not-found', `network ${gone.network.name} not found`)
    const missing = wishes.flatMap(({ network }) => (this.#raised.has(network.id) ? [] : [network]))
    if (missing.length > 0) await this.raise(missing)
    await Promise.all(wishes.map(({ network }) => this.#raised.get(network.id)))
  }

  #words(endpoint: Endpoint): string[] {
    const network = this.#known.get(endpoint.networkId)
    return network ? endpointWords(network, endpoint, `lv${randomBytes(5).toString('hex')}`) : []
  }

  /** Ports lead to the way out of each family, and only from a bridge. */
  #rulesOf(sandbox: Sandbox, mappings: readonly PortMapping[]): PortRule[] {
    if (mappings.length === 0) return []
    const four = this.#wayOut(sandbox, 4)
    const six = this.#wayOut(sandbox, 6)
    const of = (target: Endpoint | undefined, family: 4 | 6) =>
      target
        ? portRules(this.#tag, sandbox.containerId, target, mappings).filter((rule) => rule.family === family)
        : []
    return [...of(four, 4), ...of(six, 6)]
  }

  #wayOut({ endpoints }: Sandbox, family: 4 | 6): Endpoint | undefined {
    const bridged = endpoints.filter(({ networkId }) => this.#networkOf(networkId)?.driver === 'bridge')
    return gatewayEndpoint(bridged, this.#networkOf, family)
  }

  /** After a change of networks the ports lead to the way out that there is now. */
  async #republish(before: Sandbox, after: Sandbox, mappings: readonly PortMapping[]): Promise<void> {
    const [old, now] = [this.#rulesOf(before, mappings), this.#rulesOf(after, mappings)]
    if (JSON.stringify(old) === JSON.stringify(now)) return
    await this.#firewall.close(old)
    await this.#firewall.open(now)
  }

  #write(ports?: readonly PortRule[]): Promise<void> {
    const written = this.#writing.then(() => this.#firewall.raise([...this.#known.values()], ports))
    this.#writing = written.catch(() => undefined)
    return written
  }

  async #native(...args: readonly string[]): Promise<void> {
    await run(nativeHelper(), ['net', ...args])
  }
}

/**
 * Whether a port is carried by a process: where the host does not route to containers, and from IPv6, which containers
 * may not have and which the kernel does not lead away from the loopback address.
 */
function isCarried({ hostIp }: PortMapping): boolean {
  return networkPlace() !== null || hostIp.includes(':')
}

function reachable(held: HeldPort): HeldPort {
  return isCarried(held.mapping) ? forwarded(held, networkPlace() ?? '/proc/self/ns/net') : held
}

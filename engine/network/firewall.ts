/**
 * Rules of one engine in chains of its own, written in one `iptables-restore` each: forwarding for the bridge, source
 * translation for what leaves it, destination translation for published ports. Nothing of others is touched.
 */
import { EngineError } from '../errors.ts'
import { needProgram } from '../host/native-parts.ts'
import type { Endpoint, NetworkDefinition, PortMapping } from './network.ts'
import { run } from './place.ts'

const REMEDY = 'Published ports and the bridge need it. Run: apt-get install iptables'
const restore = () => needProgram(['iptables-restore'], REMEDY)
const iptables = () => needProgram(['iptables'], REMEDY)

/** The names of an engine's chains; its bridge's name tells engines apart. */
interface Chains {
  readonly forward: string
  readonly ports: string
  readonly leave: string
}

function chainsOf(bridge: string): Chains {
  const suffix = bridge.toUpperCase()
  return { forward: `FWD-${suffix}`, ports: `PORT-${suffix}`, leave: `OUT-${suffix}` }
}

/** The jumps from the kernel's chains into ours. */
function jumps(
  network: NetworkDefinition,
): readonly (readonly [table: string, chain: string, rule: readonly string[]])[] {
  const chains = chainsOf(network.bridge)
  return [
    ['filter', 'FORWARD', ['-j', chains.forward]],
    ['nat', 'PREROUTING', ['-m', 'addrtype', '--dst-type', 'LOCAL', '-j', chains.ports]],
    ['nat', 'OUTPUT', ['-m', 'addrtype', '--dst-type', 'LOCAL', '-j', chains.ports]],
    ['nat', 'POSTROUTING', ['-j', chains.leave]],
  ]
}

/** A container whose ports are open. */
export interface Published {
  readonly endpoint: Endpoint
  readonly mappings: readonly PortMapping[]
}

/** Makes the chains with their fixed rules and exactly the ports of `published`, in one step. Idempotent. */
export async function raise(network: NetworkDefinition, published: readonly Published[]): Promise<void> {
  const { bridge, subnet } = network
  const chains = chainsOf(network.bridge)
  await write([
    '*filter',
    `:${chains.forward} - [0:0]`,
    `-A ${chains.forward} -o ${bridge} -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT`,
    `-A ${chains.forward} -o ${bridge} -m conntrack --ctstate DNAT -j ACCEPT`,
    ...(network.internal ? [] : [`-A ${chains.forward} -i ${bridge} ! -o ${bridge} -j ACCEPT`]),
    `-A ${chains.forward} -i ${bridge} -o ${bridge} -j ACCEPT`,
    'COMMIT',
    '*nat',
    `:${chains.ports} - [0:0]`,
    ...published.flatMap(({ endpoint, mappings }) =>
      mappings.map((mapping) => `-A ${portRule(network, endpoint, mapping).join(' ')}`),
    ),
    `:${chains.leave} - [0:0]`,
    ...(network.internal ? [] : [`-A ${chains.leave} -s ${subnet} ! -o ${bridge} -j MASQUERADE`]),
    // A connection of this host's own, and a container's to itself by way of its published port, must come back here.
    `-A ${chains.leave} -o ${bridge} -m addrtype --src-type LOCAL -j MASQUERADE`,
    `-A ${chains.leave} -s ${subnet} -o ${bridge} -m conntrack --ctstate DNAT -j MASQUERADE`,
    'COMMIT',
  ])
  for (const [table, chain, rule] of jumps(network)) {
    const found = await run(iptables(), ['-w', '-t', table, '-C', chain, ...rule], { expectExit: [0, 1, 2] })
    if (found.code !== 0) await run(iptables(), ['-w', '-t', table, '-I', chain, ...rule])
  }
}

/** Removes jumps and chains. Idempotent. */
export async function lower(network: NetworkDefinition): Promise<void> {
  const chains = chainsOf(network.bridge)
  const quiet = { expectExit: [0, 1, 2, 3, 4] }
  for (const [table, chain, rule] of jumps(network)) {
    await run(iptables(), ['-w', '-t', table, '-D', chain, ...rule], quiet)
  }
  for (const [table, chain] of [
    ['filter', chains.forward],
    ['nat', chains.ports],
    ['nat', chains.leave],
  ] as const) {
    await run(iptables(), ['-w', '-t', table, '-F', chain], quiet)
    await run(iptables(), ['-w', '-t', table, '-X', chain], quiet)
  }
}

function portRule(network: NetworkDefinition, endpoint: Endpoint, mapping: PortMapping): string[] {
  const { hostIp, hostPort, containerPort, protocol } = mapping
  return [
    ...[chainsOf(network.bridge).ports],
    ...(hostIp === '0.0.0.0' ? [] : ['-d', `${hostIp}/32`]),
    ...['-p', protocol, '-m', protocol, '--dport', String(hostPort)],
    ...['-m', 'comment', '--comment', endpoint.containerId.slice(0, 12)],
    ...['-j', 'DNAT', '--to-destination', `${endpoint.address}:${containerPort}`],
  ]
}

/** Adds the rules of a container's ports: one program whatever their number. */
export async function openPorts(
  network: NetworkDefinition,
  endpoint: Endpoint,
  mappings: readonly PortMapping[],
): Promise<void> {
  await write([
    '*nat',
    ...mappings.map((mapping) => `-A ${portRule(network, endpoint, mapping).join(' ')}`),
    'COMMIT',
  ])
}

/** Removes them, and is content with what is gone already. */
export async function closePorts(
  network: NetworkDefinition,
  endpoint: Endpoint,
  mappings: readonly PortMapping[],
): Promise<void> {
  if (mappings.length === 0) return
  const lines = [
    '*nat',
    ...mappings.map((mapping) => `-D ${portRule(network, endpoint, mapping).join(' ')}`),
    'COMMIT',
  ]
  const all = await run(restore(), ['--noflush', '-w'], {
    input: `${lines.join('\n')}\n`,
    expectExit: [0, 1, 2],
  })
  if (all.code === 0) return
  // One was gone, so none was removed: take them one by one.
  for (const mapping of mappings) {
    await run(iptables(), ['-w', '-t', 'nat', '-D', ...portRule(network, endpoint, mapping)], {
      expectExit: [0, 1, 2],
    })
  }
}

/** The container ids (12 digits) that have port rules, one for each rule. */
export async function portRuleOwners(network: NetworkDefinition): Promise<string[]> {
  const { ports } = chainsOf(network.bridge)
  const listed = await run(iptables(), ['-w', '-t', 'nat', '-S', ports], { expectExit: [0, 1, 2] })
  return [...listed.stdout.matchAll(/--comment "?([0-9a-f]{12})"?/g)].map((match) => match[1] ?? '')
}

async function write(lines: readonly string[]): Promise<void> {
  try {
    await run(restore(), ['--noflush', '-w'], { input: `${lines.join('\n')}\n` })
  } catch (cause) {
    throw new EngineError(
      'unavailable',
      `the host's firewall did not take the rules of a network: ${(cause as Error).message}`,
      { cause },
    )
  }
}

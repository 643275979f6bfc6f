/** The network of a build's steps: a place on a network as a container has it, for as long as a command runs. */
import type { PerformerParts, StepNetwork } from '../../builder/perform/parts.ts'
import type { Sandbox } from '../../network/network.ts'
import { networkPlace } from '../../network/place.ts'
import { resolvConfText, withResolver } from '../containers/files.ts'
import { hostResolvConf } from '../containers/host-resolvers.ts'
import type { Parts } from '../containers/parts.ts'
import { wishOf } from '../networks/attachments.ts'
import { hasNames, nameservers } from '../networks/naming.ts'

/** Joins steps to networks. Throws `not-found` for a network that there is not. */
export function stepNetworks(
  parts: Pick<Parts, 'networks' | 'networkRegistry' | 'settings'>,
): PerformerParts['joinNetwork'] {
  return async ({ id, mode, hostname, extraHosts }) => {
    const name = typeof mode !== 'string' ? mode.named : mode === 'default' ? 'bridge' : mode
    const host = name === 'host'
    const facts = {
      config: { Hostname: hostname, Domainname: '' },
      host: {
        ...{ NetworkMode: name, ExtraHosts: null },
        ...{ Dns: null, DnsOptions: null, DnsSearch: null },
      },
    }
    const definition = withResolver(facts, parts.settings.now.network)
    const sandbox = host || name === 'none' ? null : await acquire(parts, id, name)
    try {
      const hosts = hostsText(hostname, extraHosts, parts.networkRegistry)
      const named = hasNames(sandbox, parts.networkRegistry)
      const resolvConf = resolvConfText(definition, await hostResolvConf(host), named)
      return {
        namespace: host
          ? { kind: 'host' }
          : sandbox === null
            ? { kind: 'private' }
            : { kind: 'path', path: sandbox.netns },
        hosts,
        resolvConf,
        leave: async () => {
          if (sandbox) await parts.networks.release(sandbox, [])
        },
      } satisfies StepNetwork
    } catch (error) {
      if (sandbox) await parts.networks.release(sandbox, [])
      throw error
    }
  }
}

/** /etc/hosts as BuildKit writes it; `host-gateway` is the host as steps reach it. */
function hostsText(
  hostname: string,
  extraHosts: readonly string[],
  { bridge, hostGateways }: Parts['networkRegistry'],
): string {
  const own = bridge.subnets[0]?.gateway ?? '127.0.0.1'
  const extra = extraHosts.flatMap((entry) => {
    const split = entry.indexOf(entry.includes('=') ? '=' : ':')
    const address = entry.slice(split + 1).replace(/^\[(.*)\]$/, '$1')
    const addresses = address !== 'host-gateway' ? [address] : hostGateways.length > 0 ? hostGateways : [own]
    return addresses.map((each) => `${each}\t${entry.slice(0, split)}\n`)
  })
  return `127.0.0.1\tlocalhost ${hostname}\n::1\tlocalhost ip6-localhost ip6-loopback\n${extra.join('')}`
}

async function acquire(
  parts: Pick<Parts, 'networks' | 'networkRegistry'>,
  id: string,
  name: string,
): Promise<Sandbox> {
  const { networks, networkRegistry } = parts
  const network = networkRegistry.find(name)
  let claimed: Sandbox | null = null
  try {
    const sandbox = await networks.acquire(id, [wishOf(network, {})], (each) => {
      claimed = each
    })
    if (hasNames(sandbox, networkRegistry)) await askByName(parts, sandbox)
    return sandbox
  } catch (error) {
    if (claimed) await networks.release(claimed, [])
    throw error
  }
}

/** It finds the others of its network, and is found by nobody. */
async function askByName(
  { networks, networkRegistry }: Pick<Parts, 'networks' | 'networkRegistry'>,
  sandbox: Sandbox,
): Promise<void> {
  const servers = nameservers(await hostResolvConf(networkPlace() === null))
  await networks.name(sandbox, {
    networks: sandbox.endpoints.map(({ networkId }) => ({
      id: networkId,
      name: networkRegistry.byId(networkId)?.name ?? networkId,
      names: [],
      addresses: [],
      aliases: [],
    })),
    servers: servers.map((address) => ({ address, inside: false })),
  })
}

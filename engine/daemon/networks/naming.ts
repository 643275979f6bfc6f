/** How a container is found by others on its networks, and whom it asks for what is not there. Pure. */
import type { Sandbox, SandboxNames } from '../../network/network.ts'
import type { Container } from '../containers/container.ts'
import { dnsNames } from './attachments.ts'
import type { NetworkRegistry } from './network-registry.ts'

/** True when a sandbox is on a network that has names: one of somebody's own. */
export function hasNames(sandbox: Sandbox | null, registry: NetworkRegistry): boolean {
  return sandbox?.endpoints.some(({ networkId }) => registry.byId(networkId)?.builtIn === false) ?? false
}

/** What the server of names is told; null when it is on no network with names. `resolvConf` is the host's. */
export function namesOf(
  container: Pick<Container, 'id' | 'name' | 'definition' | 'standing'>,
  sandbox: Sandbox,
  registry: NetworkRegistry,
  resolvConf: string,
): SandboxNames | null {
  if (!hasNames(sandbox, registry)) return null
  const { host } = container.definition
  const networks = sandbox.endpoints.flatMap(({ networkId, address, address6 }) => {
    const known = registry.byId(networkId)
    if (!known || known.builtIn) return []
    const asked = container.standing.networks[known.name]?.asked ?? {}
    const links = [...(asked.Links ?? []), ...(host.Links ?? [])]
    return [
      {
        id: networkId,
        name: known.name,
        names: dnsNames(container, asked),
        addresses: [address, address6].filter((each) => each !== ''),
        aliases: links.map(parseLink),
      },
    ]
  })
  const asked = host.Dns ?? []
  // Who has no way out has nobody to ask, unless he names somebody.
  const way = sandbox.endpoints.some(({ gateway, gateway6 }) => gateway !== '' || gateway6 !== '')
  const servers =
    asked.length > 0
      ? asked.map((address) => ({ address, inside: !/^(127\.|::1$)/.test(address) }))
      : way
        ? nameservers(resolvConf).map((address) => ({ address, inside: false }))
        : []
  return { networks, servers }
}

/** `container:alias`, or a container that is called by its own name: alias, then name. */
export function parseLink(link: string): readonly [string, string] {
  const [target = '', alias] = link.split(':')
  return [alias ?? target, target.replace(/^\//, '')]
}

/** The servers that a resolv.conf names. */
export function nameservers(resolvConf: string): string[] {
  return [...resolvConf.matchAll(/^nameserver\s+(\S+)/gm)].map((match) => match[1] ?? '')
}

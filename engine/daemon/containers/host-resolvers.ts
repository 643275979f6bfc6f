/** The host's resolvers as containers with a network of their own can reach them. */
import { readFile } from 'node:fs/promises'
import { resolverInside } from '../../network/rootless/uplink.ts'
import { nameservers } from '../networks/naming.ts'

/** Where systemd-resolved says whom it asks itself; /etc/resolv.conf names only the host's own loopback then. */
const RESOLVED = '/run/systemd/resolve/resolv.conf'

/** Text of the host's resolv.conf. On its own network (`shared`) as it is. */
export async function hostResolvConf(shared: boolean): Promise<string> {
  const text = await readText('/etc/resolv.conf')
  if (shared) return text
  return reachableResolvers(text, await readText(RESOLVED), resolverInside())
}

/**
 * `text`, unless all its servers are on the host's loopback: then those that systemd-resolved asks, else the address
 * at which an uplink passes questions on to them. Pure.
 */
export function reachableResolvers(text: string, resolved: string, inside: string | null): string {
  const servers = nameservers(text)
  if (servers.length === 0 || !servers.every(isLoopback)) return text
  if (nameservers(resolved).some((server) => !isLoopback(server))) return resolved
  if (inside === null) return text
  const others = text.split('\n').filter((line) => !line.startsWith('nameserver'))
  return [`nameserver ${inside}`, ...others].join('\n')
}

function isLoopback(address: string): boolean {
  return address.startsWith('127.') || address === '::1'
}

async function readText(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => '') // a host without the file gives nothing
}

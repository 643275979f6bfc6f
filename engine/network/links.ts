/** The host's side of networks: bridges, and what the kernel must allow for them. */
import { EngineError } from '../errors.ts'
import { nativeHelper } from '../host/native-parts.ts'
import { bridgeAddresses, subnetsOf } from './endpoints.ts'
import type { NetworkDefinition } from './network.ts'
import { linkExists, run, setSysctl } from './place.ts'

const CONF = '/proc/sys/net'
/** The MTU of a bridge when its network leaves it open. */
const MTU = 1500

/** Makes the bridge of a network and lets the kernel forward for it; looks for the parent of the other kinds. */
export async function makeLink(network: NetworkDefinition, tag: string): Promise<void> {
  const { link, ownsLink, driver, name } = network
  if (!ownsLink) {
    if (await linkExists(link)) return
    throw new EngineError(
      'not-found',
      `network ${name} wants the interface ${link}, and this host has none of that name`,
    )
  }
  const addresses = driver === 'bridge' ? bridgeAddresses(network) : []
  // A bridge of the engine's own says so: what no record knows can be found and removed.
  await run(nativeHelper(), ['net', 'bridge', link, String(network.mtu || MTU), aliasOf(tag), ...addresses])
  if (driver !== 'bridge') return
  await setSysctl(`${CONF}/ipv4/ip_forward`, '1')
  // Published ports on 127.0.0.1 need the kernel's leave to route loopback addresses to the bridge.
  await setSysctl(`${CONF}/ipv4/conf/${link}/route_localnet`, '1')
  if (subnetsOf(network, 6).length > 0 && !network.internal) await forwardIpv6()
}

/** Removes what `makeLink` made. Idempotent. */
export async function dropLink({ link, ownsLink }: NetworkDefinition): Promise<void> {
  if (ownsLink) await run(nativeHelper(), ['net', 'drop', link])
}

/** The links on this host that an engine of this tag made. */
export async function ownLinks(tag: string): Promise<string[]> {
  const { stdout } = await run(nativeHelper(), ['net', 'links', aliasOf(tag)])
  return stdout.split('\n').filter(Boolean)
}

function aliasOf(tag: string): string {
  return `longshore ${tag}`
}

/** A host that forwards stops listening to router advertisements, unless told to go on (ip-sysctl.rst, accept_ra). */
async function forwardIpv6(): Promise<void> {
  const script = `cd ${CONF}/ipv6/conf && test "$(cat all/forwarding)" = 1 && exit
for link in */; do test "$(cat "\${link}accept_ra")" != 1 || echo 2 > "\${link}accept_ra"; done
echo 1 > all/forwarding`
  await run('sh', ['-c', script])
}

/** Which of a container's endpoints is the way out, and the words the native part is told them in. Pure. */
import { familyOf } from './cidr.ts'
import type { Endpoint, NetworkDefinition } from './network.ts'

/** Finds a network by its id. */
export type NetworkOf = (id: string) => NetworkDefinition | undefined

/** The endpoint with the default route of a family: the greatest priority, then the first by its network's name. */
export function gatewayEndpoint(
  endpoints: readonly Endpoint[],
  networkOf: NetworkOf,
  family: 4 | 6,
): Endpoint | undefined {
  const name = ({ networkId }: Endpoint) => networkOf(networkId)?.name ?? ''
  return endpoints
    .filter(
      (each) => (family === 4 ? each.gateway : each.gateway6) !== '' && !networkOf(each.networkId)?.internal,
    )
    .toSorted((a, b) => b.priority - a.priority || (name(a) < name(b) ? -1 : 1))[0]
}

/** The default routes of both families as the native part wants them: `eth0,10.0.0.1`, or `-`. */
export function routeWords(endpoints: readonly Endpoint[], networkOf: NetworkOf): [string, string] {
  const four = gatewayEndpoint(endpoints, networkOf, 4)
  const six = gatewayEndpoint(endpoints, networkOf, 6)
  return [four ? `${four.interface},${four.gateway}` : '-', six ? `${six.interface},${six.gateway6}` : '-']
}

/** One endpoint as the native part wants it. `veth` is the name of the host's end on a bridge. */
export function endpointWords(network: NetworkDefinition, endpoint: Endpoint, veth: string): string[] {
  const { address, prefixLength, address6, prefixLength6 } = endpoint
  return [
    network.driver,
    network.link,
    network.driver === 'bridge' ? veth : network.mode,
    endpoint.interface,
    endpoint.macAddress === '' ? '-' : endpoint.macAddress,
    String(network.mtu),
    address === '' ? '-' : `${address}/${prefixLength}`,
    address6 === '' ? '-' : `${address6}/${prefixLength6}`,
  ]
}

/** The next free `ethN`. */
export function freeInterface(endpoints: readonly Endpoint[]): string {
  const used = new Set(endpoints.map((each) => each.interface))
  let number = 0
  while (used.has(`eth${number}`)) number++
  return `eth${number}`
}

/** The addresses of a network's bridge, with their prefixes: its gateways. */
export function bridgeAddresses({ subnets }: NetworkDefinition): string[] {
  return subnets.flatMap(({ subnet, gateway }) =>
    gateway === null ? [] : [`${gateway}/${subnet.split('/')[1]}`],
  )
}

/** The subnets of one family. */
export function subnetsOf({ subnets }: NetworkDefinition, family: 4 | 6): string[] {
  return subnets.flatMap(({ subnet }) => (familyOf(subnet.split('/')[0] ?? '') === family ? [subnet] : []))
}

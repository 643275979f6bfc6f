/** Networks as Docker's JSON shows them, and which of them a list's filters choose. */
import type { Ipam, NetworkInspect } from '../../api/network.ts'
import { EngineError } from '../../errors.ts'
import type { Endpoint } from '../../network/network.ts'
import type { Container } from '../containers/container.ts'
import { memberOf } from '../containers/network-view.ts'
import type { Parts } from '../containers/parts.ts'
import { anyOf, booleanFilter, checkFilters, type Filters, labelsFit, nameFits } from '../filters.ts'
import type { NetworkRecord } from '../records/networks.ts'
import type { KnownNetwork } from './network-registry.ts'

/** Those that fit, in the order in which they were made. Throws `invalid` for filters that there are not. */
export function selectNetworks(parts: Parts, filters: Filters): readonly KnownNetwork[] {
  checkFilters(filters, ['dangling', 'driver', 'id', 'label', 'label!', 'name', 'scope', 'type'])
  const dangling = booleanFilter(filters, 'dangling')
  for (const type of filters.get('type') ?? []) {
    if (type !== 'builtin' && type !== 'custom')
      throw new EngineError('invalid', `invalid filter: 'type'='${type}'`)
  }
  return parts.networkRegistry.all().filter((network) => {
    const { id, name, driver, builtIn, record } = network
    return (
      anyOf(filters, 'id', (value) => id.startsWith(value)) &&
      anyOf(filters, 'name', (value) => nameFits(value, name)) &&
      anyOf(filters, 'driver', (value) => value === driver) &&
      anyOf(filters, 'scope', (value) => value === 'local') &&
      anyOf(filters, 'type', (value) => value === (builtIn ? 'builtin' : 'custom')) &&
      labelsFit(filters, record?.labels ?? {}) &&
      // As Docker: nobody is on it, and it can be removed.
      (dangling === null || dangling === (!builtIn && membersOf(parts, network).length === 0))
    )
  })
}

/** The containers that are on a network now; those that do not run are on none. */
export function membersOf(
  { registry }: Parts,
  network: KnownNetwork,
): { readonly container: Container; readonly endpoint: Endpoint | undefined }[] {
  type Member = { readonly container: Container; readonly endpoint: Endpoint | undefined }
  return [...registry.all()].flatMap((container): Member[] => {
    const endpoint = container.standing.sandbox?.endpoints.find(({ networkId }) => networkId === network.id)
    if (endpoint) return [{ container, endpoint }]
    if (network.record || !container.up || !container.standing.networks[network.name]) return []
    return [{ container, endpoint: undefined }]
  })
}

/** All of one network. */
export function inspectNetwork(parts: Parts, network: KnownNetwork): NetworkInspect {
  const { id, name, driver, record } = network
  const members = membersOf(parts, network).map(({ container, endpoint }) => [
    container.id,
    memberOf(container, id, endpoint),
  ])
  return {
    Name: name,
    Id: id,
    Created: record?.created ?? parts.networkRegistry.created,
    Scope: 'local',
    Driver: driver,
    EnableIPv4: record?.ipv4 ?? true,
    EnableIPv6: record?.ipv6 ?? false,
    IPAM: record ? ipamOf(record) : { Driver: 'default', Options: null, Config: [] },
    Internal: record?.definition.internal ?? false,
    Attachable: record?.attachable ?? false,
    Ingress: false,
    ConfigFrom: { Network: '' },
    ConfigOnly: false,
    Containers: Object.fromEntries(members),
    Options: record?.options ?? {},
    Labels: record?.labels ?? {},
  }
}

function ipamOf({ definition, ipam }: NetworkRecord): Ipam {
  return {
    Driver: ipam.driver,
    Options: ipam.options,
    Config: definition.subnets.map(({ subnet, range, gateway, aux }) => ({
      Subnet: subnet,
      ...(range === null ? {} : { IPRange: range }),
      ...(gateway === null ? {} : { Gateway: gateway }),
      ...(Object.keys(aux).length === 0 ? {} : { AuxiliaryAddresses: aux }),
    })),
  }
}

/** A network of a project as the API takes it. */
import type { NetworkCreateRequest } from '../../api/network.ts'
import type { Network } from '../load/project.ts'
import { texts } from '../plan/desired/amounts.ts'

export function networkRequest(
  network: Network,
  labels: Readonly<Record<string, string>>,
): NetworkCreateRequest {
  const { ipam } = network
  return {
    Name: network.name,
    CheckDuplicate: true,
    ...(network.driver ? { Driver: network.driver } : {}),
    ...(network.driver_opts ? { Options: network.driver_opts } : {}),
    ...(network.internal ? { Internal: true } : {}),
    ...(network.attachable ? { Attachable: true } : {}),
    ...(network.enable_ipv4 === undefined ? {} : { EnableIPv4: network.enable_ipv4 }),
    ...(network.enable_ipv6 === undefined ? {} : { EnableIPv6: network.enable_ipv6 }),
    ...(ipam
      ? {
          IPAM: {
            Driver: ipam.driver ?? 'default',
            Options: ipam.options ?? null,
            Config: (ipam.config ?? []).map(({ subnet, ip_range, gateway, aux_addresses }) => ({
              ...(subnet ? { Subnet: subnet } : {}),
              ...(ip_range ? { IPRange: ip_range } : {}),
              ...(gateway ? { Gateway: gateway } : {}),
              ...(aux_addresses ? { AuxiliaryAddresses: aux_addresses } : {}),
            })),
          },
        }
      : {}),
    Labels: { ...texts(network.labels), ...labels },
  }
}

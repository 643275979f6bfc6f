/** What a container's networks look like to clients of older versions of the API. Pure. */
import type { ContainerCreateRequest, ContainerInspect } from '../api/container.ts'
import { EngineError } from '../errors.ts'
import type { ApiVersion } from './versions.ts'

/** Before 1.45 the short id stood among the aliases, which are only what was asked for since; clients look for it. */
export function inspectWithAliases(version: ApiVersion, container: ContainerInspect): ContainerInspect {
  if (version >= 45) return container
  const { NetworkSettings } = container
  const short = container.Id.slice(0, 12)
  const networks = Object.entries(NetworkSettings.Networks).map(([name, endpoint]) => {
    // Names are had on networks of one's own, once the container has been there.
    if (endpoint.DNSNames === null || endpoint.NetworkID === '') return [name, endpoint] as const
    return [name, { ...endpoint, Aliases: [...(endpoint.Aliases ?? []), short] }] as const
  })
  return { ...container, NetworkSettings: { ...NetworkSettings, Networks: Object.fromEntries(networks) } }
}

/** Before 1.44 a container was created with one network at most. Throws `invalid` in Docker's words. */
export function checkEndpoints(version: ApiVersion, { NetworkingConfig }: ContainerCreateRequest): void {
  const names = Object.keys(NetworkingConfig?.EndpointsConfig ?? {})
  if (version >= 44 || names.length < 2) return
  throw new EngineError('invalid', `Container cannot be connected to network endpoints: ${names.join(', ')}`)
}

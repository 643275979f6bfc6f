/** Links on the default bridge, which has no names: lines of the hosts file, as they are when the container starts. */
import { EngineError } from '../../errors.ts'
import { parseLink } from '../networks/naming.ts'
import type { Container } from './container.ts'
import type { Parts } from './parts.ts'

/** Address and names of each linked container. Throws `not-found`, or `conflict` in Docker's words when one does not run. */
export function linkedHosts(parts: Parts, container: Container): string[] {
  const { bridge } = parts.networkRegistry
  if (container.standing.networks.bridge === undefined) return []
  return (container.definition.host.Links ?? []).map((link) => {
    const [alias, target] = parseLink(link)
    const other = parts.registry.find(target)
    const endpoint = other.standing.sandbox?.endpoints.find(({ networkId }) => networkId === bridge.id)
    if (!other.up || !endpoint) {
      throw new EngineError(
        'conflict',
        `Cannot link to a non running container: /${other.name} AS /${container.name}/${alias}`,
      )
    }
    const names = new Set([alias, other.definition.config.Hostname, other.name])
    return `${endpoint.address}\t${[...names].join(' ')}\n`
  })
}

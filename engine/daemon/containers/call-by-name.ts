/** Makes a container's names be what its networks and its own name say. */
import type { Sandbox } from '../../network/network.ts'
import { networkPlace } from '../../network/place.ts'
import { hasNames, namesOf } from '../networks/naming.ts'
import type { Container } from './container.ts'
import { withResolver } from './files.ts'
import { hostResolvConf } from './host-resolvers.ts'
import type { Parts } from './parts.ts'

/** Tells the server of names; called again whenever a name or a network of the container changes. */
export async function callByName(parts: Parts, container: Container, sandbox: Sandbox): Promise<void> {
  if (!hasNames(sandbox, parts.networkRegistry)) {
    await parts.networks.name(sandbox, null)
    return
  }
  // The server asks from where the networks are: from the host's own, its loopback can be asked too.
  const resolvConf = await hostResolvConf(networkPlace() === null)
  const { id, name, standing } = container
  const definition = withResolver(container.definition, parts.settings.now.network)
  const told = namesOf({ id, name, standing, definition }, sandbox, parts.networkRegistry, resolvConf)
  await parts.networks.name(sandbox, told)
}

/** Makes a container's names be what its networks and its own name say. */
import { readFile } from 'node:fs/promises'
import type { Sandbox } from '../../network/network.ts'
import { hasNames, namesOf } from '../networks/naming.ts'
import type { Container } from './container.ts'
import type { Parts } from './parts.ts'

/** Tells the server of names; called again whenever a name or a network of the container changes. */
export async function callByName(parts: Parts, container: Container, sandbox: Sandbox): Promise<void> {
  if (!hasNames(sandbox, parts.networkRegistry)) {
    await parts.networks.name(sandbox, null)
    return
  }
  // A host without the file has nobody to ask.
  const resolvConf = await readFile('/etc/resolv.conf', 'utf8').catch(() => '')
  await parts.networks.name(sandbox, namesOf(container, sandbox, parts.networkRegistry, resolvConf))
}

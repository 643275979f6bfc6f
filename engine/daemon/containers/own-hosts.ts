/** A container's /etc/hosts and /etc/resolv.conf while it runs: what is the engine's in them follows its networks. */
import { appendFile, readFile, writeFile } from 'node:fs/promises'
import type { Endpoint } from '../../network/network.ts'
import type { Container } from './container.ts'
import { containerFiles, ownLines, resolvConfText, withResolver } from './files.ts'
import { hostResolvConf } from './host-resolvers.ts'
import type { Parts } from './parts.ts'

/** Adds lines for endpoints that it has now. */
export async function addOwnHosts(
  parts: Parts,
  container: Container,
  endpoints: readonly Endpoint[],
): Promise<void> {
  const lines = endpoints.map((endpoint) => ownLines(container.definition.config, endpoint)).join('')
  await appendFile(containerFiles(parts.directory, container.id).hosts, lines)
}

/** Takes the lines of endpoints away that it has no more. The file keeps its inode: it is bound into place. */
export async function removeOwnHosts(
  parts: Parts,
  container: Container,
  endpoints: readonly Endpoint[],
): Promise<void> {
  const path = containerFiles(parts.directory, container.id).hosts
  const own = new Set(
    endpoints.flatMap((endpoint) => ownLines(container.definition.config, endpoint).split('\n')),
  )
  own.delete('')
  const text = await readFile(path, 'utf8')
  const kept = text.split('\n').filter((line) => !own.has(line))
  await writeFile(path, kept.join('\n'))
}

/** Lets it ask the server of names, or no more. What somebody wrote there himself stays. */
export async function changeResolver(parts: Parts, container: Container, named: boolean): Promise<void> {
  const path = containerFiles(parts.directory, container.id).resolvConf
  const base = await hostResolvConf(false)
  const definition = withResolver(container.definition, parts.settings.now.network)
  const text = await readFile(path, 'utf8')
  if (text !== resolvConfText(definition, base, !named)) return
  await writeFile(path, resolvConfText(definition, base, named))
}

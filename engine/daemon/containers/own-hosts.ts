/** A container's /etc/hosts while it runs: its own lines come and go with its networks, and others' stay. */
import { appendFile, readFile, writeFile } from 'node:fs/promises'
import type { Endpoint } from '../../network/network.ts'
import type { Container } from './container.ts'
import { containerFiles, ownLines } from './files.ts'
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

/** Certificates of registries: the machine's own authorities, and those of a certs.d folder (dockerd's layout). */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createSecureContext, getCACertificates, type SecureContext } from 'node:tls'
import { EngineError } from '../errors.ts'

/** What a certs.d folder says of one host. */
export interface HostCertificates {
  readonly ca: readonly string[]
  readonly cert?: string
  readonly key?: string
}

let shared: SecureContext | null = null

/**
 * What TLS to a host is made with: Node's authorities, the system's and NODE_EXTRA_CA_CERTS, and the host's own. A
 * context is made once for many connections: reading a few hundred certificates for each would cost more than it.
 */
export function tlsContext(own: HostCertificates | null): SecureContext {
  if (own === null && shared) return shared
  const trusted = new Set([...getCACertificates('default'), ...getCACertificates('system')])
  const context = createSecureContext({ ...own, ca: [...trusted, ...(own?.ca ?? [])] })
  if (own === null) shared = context
  return context
}

/** What a host's folder holds. Throws `invalid` for a certificate without its key. */
export async function hostCertificates(place: string): Promise<HostCertificates> {
  const names = await readdir(place)
  const read = (name: string) => readFile(join(place, name), 'utf8')
  const ca = await Promise.all(names.filter((name) => name.endsWith('.crt')).map(read))
  const pairs = names.filter((name) => name.endsWith('.cert'))
  for (const name of [...pairs, ...names.filter((other) => other.endsWith('.key'))]) {
    const other = name.endsWith('.cert') ? name.replace(/\.cert$/, '.key') : name.replace(/\.key$/, '.cert')
    if (names.includes(other)) continue
    throw new EngineError(
      'invalid',
      name.endsWith('.cert')
        ? `missing key ${other} for client certificate ${name} in ${place}. CA certificates must use the extension .crt`
        : `missing client certificate ${other} for key ${name} in ${place}`,
    )
  }
  const [pair] = pairs
  if (pair === undefined) return { ca }
  return { ca, cert: await read(pair), key: await read(pair.replace(/\.cert$/, '.key')) }
}

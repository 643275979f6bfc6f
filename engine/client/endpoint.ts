/** Where an engine listens, as a person writes it. */
import { EngineError } from '../errors.ts'

export type Endpoint =
  | { readonly kind: 'unix'; readonly path: string }
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }

/** Reads `unix:///path`, a bare absolute path, or `tcp://host:port`. Throws `invalid` with what is expected. */
export function parseEndpoint(text: string): Endpoint {
  const trimmed = text.trim()
  const path = trimmed.startsWith('unix://') ? trimmed.slice('unix://'.length) : trimmed
  if (path.startsWith('/')) return { kind: 'unix', path }
  if (trimmed.startsWith('tcp://') && URL.canParse(trimmed)) {
    const url = new URL(trimmed)
    if (url.hostname !== '') return { kind: 'tcp', host: url.hostname, port: Number(url.port || 2375) }
  }
  throw new EngineError(
    'invalid',
    `"${text}" is not an engine's address; write unix:///path/to.sock or tcp://host:port`,
  )
}

/** The one way in which an endpoint is written, for comparing and for `docker -H`. */
export function formatEndpoint(endpoint: Endpoint): string {
  return endpoint.kind === 'unix' ? `unix://${endpoint.path}` : `tcp://${endpoint.host}:${endpoint.port}`
}

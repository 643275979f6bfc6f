/** The X-Registry-Auth header: base64url of JSON (Engine API, "Authentication"). */
import type { Credentials } from '../../registry/authenticator.ts'

/** Nobody when the header is missing or cannot be read: docker's engine asks the registry then as well. */
export function decodeRegistryAuth(header: string | undefined): Credentials {
  if (!header) return {}
  let json: Record<string, unknown>
  try {
    json = JSON.parse(Buffer.from(header, 'base64').toString('utf8')) as Record<string, unknown>
  } catch {
    return {}
  }
  if (typeof json !== 'object' || json === null) return {}
  const text = (key: string) => (typeof json[key] === 'string' ? (json[key] as string) : '')
  const [user, ...rest] = Buffer.from(text('auth'), 'base64').toString('utf8').split(':')
  return {
    username: text('username') || user || '',
    password: text('password') || rest.join(':'),
    identityToken: text('identitytoken'),
    registryToken: text('registrytoken'),
  }
}

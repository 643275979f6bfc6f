/** Accounts as clients send them: base64url of JSON in a header (Engine API, "Authentication"). */
import type { Credentials } from '../../registry/authenticator.ts'

/**
 * X-Registry-Auth: the account of one registry. Nobody when the header is missing or cannot be read: docker's engine
 * asks the registry then as well.
 */
export function decodeRegistryAuth(header: string | undefined): Credentials {
  return readAccount(decode(header))
}

/** X-Registry-Config: the accounts of all registries that a build may ask, by domain; `{}` where there is none. */
export function decodeRegistryConfig(header: string | undefined): (domain: string) => Credentials {
  const accounts = new Map(
    Object.entries(decode(header)).map(([server, account]) => [
      domainOf(server),
      readAccount(isObject(account) ? account : {}),
    ]),
  )
  return (domain) => accounts.get(domain) ?? {}
}

/** The domain of a registry's address as config.json has it: `https://index.docker.io/v1/` is Docker Hub's. */
export function domainOf(server: string): string {
  const host = server.replace(/^https?:\/\//, '').replace(/\/.*$/, '')
  return ['', 'index.docker.io', 'registry-1.docker.io'].includes(host) ? 'docker.io' : host
}

type Json = Readonly<Record<string, unknown>>

function readAccount(json: Json): Credentials {
  const text = (key: string) => (typeof json[key] === 'string' ? json[key] : '')
  const [user, ...rest] = Buffer.from(text('auth'), 'base64').toString('utf8').split(':')
  return {
    username: text('username') || user || '',
    password: text('password') || rest.join(':'),
    identityToken: text('identitytoken'),
    registryToken: text('registrytoken'),
  }
}

function decode(header: string | undefined): Json {
  if (!header) return {}
  try {
    const json: unknown = JSON.parse(Buffer.from(header, 'base64').toString('utf8'))
    return isObject(json) ? json : {}
  } catch {
    return {}
  }
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

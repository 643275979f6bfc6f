/** Addresses that the engine listens on, as `--host` and `hosts` write them. */
import { WrongValue } from './kinds.ts'

/** One listener. */
export type Host =
  | { readonly kind: 'unix'; readonly path: string }
  /** `port` null is the usual one: 2376 with TLS, 2375 without. */
  | { readonly kind: 'tcp'; readonly address: string; readonly port: number | null }
  /** Sockets that whoever started the engine listens on already (systemd's activation): all, or the one so named. */
  | { readonly kind: 'fd'; readonly name: string }

/** `unix:///run/x.sock`, `tcp://127.0.0.1:2376`, `fd://`. Throws `WrongValue`. */
export function parseHost(text: string): Host {
  const [, scheme = '', rest = ''] = /^(?:([a-z]+):\/\/)?(.*)$/s.exec(text) ?? []
  switch (scheme) {
    case 'unix':
      if (!rest.startsWith('/')) throw wrongHost(text, 'a unix socket needs a whole path: unix:///run/x.sock')
      return { kind: 'unix', path: rest }
    case 'fd':
      return { kind: 'fd', name: rest }
    case 'tcp':
      return tcp(text, rest)
    default:
      throw wrongHost(text, 'use unix:///path, tcp://address:port or fd://')
  }
}

/** The text that means this host again. */
export function printHost(host: Host): string {
  switch (host.kind) {
    case 'unix':
      return `unix://${host.path}`
    case 'fd':
      return `fd://${host.name}`
    case 'tcp': {
      const address = host.address.includes(':') ? `[${host.address}]` : host.address
      return `tcp://${address}${host.port === null ? '' : `:${host.port}`}`
    }
  }
}

function tcp(text: string, rest: string): Host {
  const match = /^(\[[0-9a-fA-F:.]+\]|[^:/[\]]*)(?::(\d{0,5}))?\/?$/.exec(rest)
  if (!match) throw wrongHost(text, 'use tcp://address:port')
  const port = match[2] ? Number(match[2]) : null
  if (port !== null && port > 65535) throw wrongHost(text, `${port} is no port`)
  return { kind: 'tcp', address: (match[1] || 'localhost').replace(/^\[|\]$/g, ''), port }
}

function wrongHost(text: string, why: string): WrongValue {
  return new WrongValue(`has an invalid bind address (${text}): ${why}`)
}

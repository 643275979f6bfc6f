/** Every address that the API is served at, opened and closed as one. */
import { fstatSync, readFileSync } from 'node:fs'
import type { Server } from 'node:http'
import type { Server as SecureServer } from 'node:https'
import { createServer } from 'node:net'
import { createSecureContext } from 'node:tls'
import { EngineError } from '../errors.ts'
import { chooseInherited, type InheritedSocket } from './inherited.ts'
import { type Api, secureOptions, type TlsMaterial } from './server.ts'
import { listenOnSocket } from './unix-socket.ts'

/** One address. */
export type Address =
  | { readonly kind: 'unix'; readonly path: string }
  /** `port` null is the usual one. */
  | { readonly kind: 'tcp'; readonly address: string; readonly port: number | null }
  | { readonly kind: 'fd'; readonly name: string }

/** Paths of PEM files; `ca` null asks clients for no certificate. */
export interface TlsFiles {
  readonly ca: string | null
  readonly cert: string
  readonly key: string
}

export interface ListenOptions {
  readonly addresses: readonly Address[]
  /** Group that may use unix sockets; null is the owner alone. */
  readonly group: string | null
  /** For TCP; null is without. */
  readonly tls: TlsFiles | null
  readonly inherited: readonly InheritedSocket[]
}

/** What is listened on. */
export interface Listeners {
  /** As they came to be, such as `tcp://127.0.0.1:2376 (TLS)`. */
  readonly names: readonly string[]
  /** Reads the certificates again, for connections to come. Throws `invalid`; then the old ones stay. */
  reloadTls(): void
  /** Stops listening and ends every connection. */
  close(): void
}

const ORDER = { fd: 0, tcp: 1, unix: 2 } as const

interface Listener {
  readonly name: string
  readonly server: Server
  readonly secure: boolean
  readonly close: () => void
}

/** What whoever asks for `info` should know of these addresses: those that ask for no certificate are open doors. */
export function openDoors(addresses: readonly Address[], tls: TlsFiles | null): string[] {
  return addresses.flatMap((address) => {
    if (address.kind !== 'tcp' || tls?.ca) return []
    const shown = printTcp(address.address, address.port, tls !== null)
    const how = tls ? 'without asking for a client certificate' : 'without encryption'
    return [
      `WARNING: API is accessible on ${shown} ${how}: every program on this machine can become root through it.`,
    ]
  })
}

function printTcp(address: string, port: number | null, secure: boolean): string {
  return `tcp://${address.includes(':') ? `[${address}]` : address}:${portOf(port, secure)}`
}

function portOf(port: number | null, secure: boolean): number {
  return port ?? (secure ? 2376 : 2375)
}

/** Opens all of them, or none. Throws `invalid` or `conflict` with the address. */
export async function openListeners(api: Api, options: ListenOptions): Promise<Listeners> {
  const tls = options.tls && readTls(options.tls)
  const open: Listener[] = []
  try {
    // Who waits for an engine waits for its unix socket: when that answers, everything is open.
    for (const address of options.addresses.toSorted((a, b) => ORDER[a.kind] - ORDER[b.kind])) {
      switch (address.kind) {
        case 'unix':
          open.push(await openUnix(api, address.path, options.group))
          break
        case 'tcp':
          open.push(await openTcp(api, address, tls))
          break
        case 'fd':
          for (const socket of chooseInherited(options.inherited, address.name))
            open.push(await openInherited(api, socket, tls))
      }
    }
  } catch (error) {
    for (const { close } of open) close()
    throw error
  }
  return {
    names: open.map(({ name }) => name),
    reloadTls() {
      if (!options.tls) return
      const fresh = secureOptions(readTls(options.tls))
      for (const { server, secure } of open) if (secure) (server as SecureServer).setSecureContext(fresh)
    },
    close() {
      for (const { close } of open) close()
    },
  }
}

async function openUnix(api: Api, path: string, group: string | null): Promise<Listener> {
  const server = api.server(null)
  await listenOnSocket(server, path, group)
  return { name: `unix://${path}`, server, secure: false, close: () => closeServer(server) }
}

async function openTcp(
  api: Api,
  { address, port }: Extract<Address, { kind: 'tcp' }>,
  tls: TlsMaterial | null,
): Promise<Listener> {
  const server = api.server(tls)
  const shown = printTcp(address, port, tls !== null)
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(cannotListen(shown, error)))
    server.listen({ host: address, port: portOf(port, tls !== null), backlog: 1024 }, resolve)
  })
  return {
    name: `${shown}${tls ? ' (TLS)' : ''}`,
    server,
    secure: tls !== null,
    close: () => closeServer(server),
  }
}

/** What comes in on it is handed to the server of its kind; the socket itself stays whoever's it is. */
async function openInherited(
  api: Api,
  { fd, name }: InheritedSocket,
  tls: TlsMaterial | null,
): Promise<Listener> {
  const shown = `fd://${name || fd}`
  if (!isSocket(fd)) throw new EngineError('invalid', `${shown}: descriptor ${fd} is no socket`)
  const door = createServer({ allowHalfOpen: true })
  await new Promise<void>((resolve, reject) => {
    door.once('error', (error) => reject(cannotListen(shown, error)))
    door.listen({ fd }, resolve)
  })
  // Of a unix socket that it did not bind Node knows no address.
  const isTcp = door.address() !== null
  if (isTcp && !tls?.ca) {
    door.close()
    throw new EngineError('invalid', `${shown} is a TCP socket, which needs tlsverify and its certificates`)
  }
  const server = api.server(isTcp ? tls : null)
  door.on('connection', (socket) => server.emit('connection', socket))
  return {
    name: `${shown}${isTcp ? ' (TLS)' : ''}`,
    server,
    secure: isTcp,
    close() {
      door.close()
      closeServer(server)
    },
  }
}

function isSocket(fd: number): boolean {
  try {
    return fstatSync(fd).isSocket()
  } catch {
    return false
  }
}

function closeServer(server: Server): void {
  server.close()
  server.closeAllConnections()
}

/** Throws `invalid`, naming the file. */
function readTls({ ca, cert, key }: TlsFiles): TlsMaterial {
  const material = {
    ca: ca === null ? null : pem(ca, 'tlscacert', 'CERTIFICATE'),
    cert: pem(cert, 'tlscert', 'CERTIFICATE'),
    key: pem(key, 'tlskey', 'PRIVATE KEY'),
  }
  try {
    createSecureContext(secureOptions(material))
  } catch (cause) {
    throw new EngineError(
      'invalid',
      `the certificate ${cert} and the key ${key} cannot be used: ${(cause as Error).message}`,
      { cause },
    )
  }
  return material
}

function pem(path: string, setting: string, kind: string): Buffer {
  let text: Buffer
  try {
    text = readFileSync(path)
  } catch (cause) {
    throw new EngineError('invalid', `${setting}: ${path} cannot be read: ${(cause as Error).message}`, {
      cause,
    })
  }
  if (!text.includes(`${kind}-----`))
    throw new EngineError('invalid', `${setting}: ${path} holds no ${kind.toLowerCase()} in PEM`)
  return text
}

function cannotListen(shown: string, cause: NodeJS.ErrnoException): EngineError {
  const why: Readonly<Record<string, string>> = {
    EADDRINUSE: 'something listens there already',
    EADDRNOTAVAIL: 'this machine has no such address',
    EACCES: 'this user may not listen there',
    ENOTFOUND: 'no address belongs to this name',
  }
  const text = why[cause.code ?? ''] ?? cause.message
  return new EngineError('conflict', `cannot listen on ${shown}: ${text}`, { cause })
}

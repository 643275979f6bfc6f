/**
 * Published ports as real sockets: what is bound here is refused to everyone else by the kernel. The descriptor goes to
 * the container's supervisor, so that the port stays taken while the container runs, engine or no engine.
 */
import { createSocket } from 'node:dgram'
import { createServer } from 'node:net'
import { EngineError } from '../errors.ts'
import type { HeldPort, PortMapping, PortOwner } from './network.ts'
import { portOwner } from './port-owner.ts'

/** Node's own handle under a socket; the one way to its descriptor, there since its first versions. */
interface WithHandle {
  readonly _handle?: { readonly fd?: number } | null
}

/** Binds one port; 0 takes a free one. Throws `conflict` in Docker's words, with who holds it. */
export async function holdPort(mapping: PortMapping): Promise<HeldPort> {
  try {
    return await (mapping.protocol === 'tcp' ? holdTcp(mapping) : holdUdp(mapping))
  } catch (cause) {
    throw await bindFailure(mapping, cause as NodeJS.ErrnoException)
  }
}

function holdTcp(mapping: PortMapping): Promise<HeldPort> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    const { hostIp: host, hostPort: port } = mapping
    server.listen({ host, port, exclusive: true, ipv6Only: host.includes(':') }, () => {
      const address = server.address()
      const hostPort = typeof address === 'object' && address !== null ? address.port : mapping.hostPort
      server.unref()
      resolve({
        mapping: { ...mapping, hostPort },
        fd: descriptorOf(server as WithHandle),
        release: () => void server.close(),
      })
    })
  })
}

function holdUdp(mapping: PortMapping): Promise<HeldPort> {
  return new Promise((resolve, reject) => {
    const six = mapping.hostIp.includes(':')
    const socket = createSocket(six ? { type: 'udp6', ipv6Only: true } : { type: 'udp4' })
    socket.once('error', reject)
    socket.bind({ address: mapping.hostIp, port: mapping.hostPort, exclusive: true }, () => {
      const hostPort = socket.address().port
      socket.unref()
      // Node keeps the handle of a datagram socket behind a symbol, named the same in every version.
      const symbol = Object.getOwnPropertySymbols(socket).find(
        ({ description }) => description === 'state symbol',
      )
      const state =
        symbol &&
        (socket as unknown as Record<symbol, { readonly handle?: { readonly fd?: number } }>)[symbol]
      resolve({
        mapping: { ...mapping, hostPort },
        fd: descriptorOf({ _handle: state?.handle ?? null }),
        release: () => socket.close(),
      })
    })
  })
}

/** The descriptor under a socket or pipe of Node. */
export function descriptorOf(socket: WithHandle): number {
  const fd = socket._handle?.fd
  if (fd === undefined || fd < 0)
    throw new EngineError('internal', 'Node does not tell the descriptor of a bound port')
  return fd
}

/** The host's side of a mapping as Docker writes it. */
export function hostSide({ hostIp, hostPort }: Pick<PortMapping, 'hostIp' | 'hostPort'>): string {
  return hostIp.includes(':') ? `[${hostIp}]:${hostPort}` : `${hostIp}:${hostPort}`
}

async function bindFailure(mapping: PortMapping, cause: NodeJS.ErrnoException): Promise<EngineError> {
  const { hostIp, hostPort, protocol } = mapping
  switch (cause.code) {
    case 'EADDRINUSE': {
      const owner = await portOwner(hostPort, protocol)
      return new EngineError(
        'conflict',
        `Bind for ${hostSide(mapping)} failed: port is already allocated${describe(owner)}`,
        { cause },
      )
    }
    case 'EADDRNOTAVAIL':
      return new EngineError(
        'invalid',
        `Bind for ${hostSide(mapping)} failed: ${hostIp} is no address of this host`,
        { cause },
      )
    case 'EACCES':
      return new EngineError(
        'forbidden',
        `Bind for ${hostSide(mapping)} failed: this user may not bind ports below 1024. Run: sudo sysctl net.ipv4.ip_unprivileged_port_start=${hostPort}`,
        { cause },
      )
    default:
      return cause instanceof EngineError
        ? cause
        : new EngineError('internal', `Bind for ${hostSide(mapping)} failed: ${cause.message}`, { cause })
  }
}

function describe(owner: PortOwner | null): string {
  if (owner?.pid === undefined) return ''
  return ` (by process ${owner.pid}${owner.program === undefined ? '' : ` ${owner.program}`})`
}

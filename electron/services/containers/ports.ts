/** Whether a host port may be used: asked of the engine, of its containers, and of this machine itself. */
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { isEngineError } from '../../../engine/errors.ts'
import type { PortAnswer } from '../../contract/containers.ts'
import type { Engine } from '../engines/engine.ts'

export interface PortQuestion {
  readonly hostIp: string
  readonly hostPort: number
  readonly protocol: 'tcp' | 'udp'
}

/** How far from a taken port a free one is looked for. */
const REACH = 200

/** Says who holds the port, in words, and the next free one. */
export async function checkPort(engine: Engine, question: PortQuestion): Promise<PortAnswer> {
  const holder = await holderOf(engine, question)
  if (holder === null) return { free: true }
  return { free: false, holder, suggestion: await freePortFrom(engine, question.hostPort + 1, question) }
}

/** The first free port at or above `from` (above 1023), or null. */
export async function freePortFrom(
  engine: Engine,
  from: number,
  where: { readonly hostIp: string; readonly protocol: 'tcp' | 'udp' },
): Promise<number | null> {
  const first = Math.max(from, 1024)
  for (let hostPort = first; hostPort < first + REACH && hostPort <= 65535; hostPort++) {
    const question = { ...where, hostPort }
    if (
      containerHolding(engine, question) === null &&
      (!engine.isLocal || (await canBind(question)) === null)
    ) {
      return hostPort
    }
  }
  return null
}

async function holderOf(engine: Engine, question: PortQuestion): Promise<string | null> {
  const container = containerHolding(engine, question)
  if (container !== null) return container
  const refusal = engine.isLocal ? await canBind(question) : null
  if (engine.client.capabilities.portOwners && (refusal !== null || !engine.isLocal)) {
    const owner = await askOwner(engine, question)
    if (owner !== null) return owner
  }
  return refusal
}

async function askOwner(engine: Engine, question: PortQuestion): Promise<string | null> {
  try {
    const owner = await engine.client.portOwner(question.hostPort, question.protocol)
    if (owner.kind === 'container') return `container ${owner.name}`
    if (owner.kind === 'process') return `process ${owner.pid} ${owner.program}`
    return null
  } catch (error) {
    if (isEngineError(error)) return null // it could not look; what we saw ourselves stands
    throw error
  }
}

function containerHolding(engine: Engine, question: PortQuestion): string | null {
  for (const row of engine.objects.containers.rows.values()) {
    if (row.state.kind !== 'running' && row.state.kind !== 'paused' && row.state.kind !== 'restarting')
      continue
    const holds = row.ports.some(
      (port) =>
        port.hostPort === question.hostPort &&
        port.protocol === question.protocol &&
        (isAny(port.hostIp) || isAny(question.hostIp) || port.hostIp === question.hostIp),
    )
    if (holds) return `container ${row.name}`
  }
  return null
}

function isAny(address: string): boolean {
  return address === '' || address === '0.0.0.0' || address === '::'
}

/** Null when this machine lets us bind it now, else who or what stands against it. */
async function canBind(question: PortQuestion): Promise<string | null> {
  const host = question.hostIp === '' ? '0.0.0.0' : question.hostIp
  try {
    if (question.protocol === 'tcp') {
      const server = createServer()
      server.listen({ host, port: question.hostPort, exclusive: true })
      await once(server, 'listening')
      server.close()
      await once(server, 'close')
    } else {
      const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4')
      socket.bind({ port: question.hostPort, address: host, exclusive: true })
      await once(socket, 'listening')
      socket.close()
    }
    return null
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (code === 'EADDRINUSE') return 'another program on this machine'
    if (code === 'EADDRNOTAVAIL') return `nothing: this machine has no address ${host}`
    return null // not allowed to bind low ports: the engine may be
  }
}

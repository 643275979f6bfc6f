/**
 * Published ports of an engine without root: the socket is of the host's network, the container in a namespace that
 * the host does not route to. A small process for each port carries between them (host/attach/forward.c). What the
 * container's supervisor gets is not the socket but the line to that process, which ends with the supervisor.
 */
import type { Writable } from 'node:stream'
import { setTimeout as pause } from 'node:timers/promises'
import { EngineError, isEngineError } from '../../errors.ts'
import { nativeHelper } from '../../host/native-parts.ts'
import { spawn } from '../../host/spawn.ts'
import { descriptorOf, holdPort } from '../held-ports.ts'
import type { HeldPort, PortMapping } from '../network.ts'

/** How long a port may take to be free after its container's supervisor has ended. */
const FREE_WAIT_MS = 2_000

/** A forwarder that waits for its target, or has one. */
interface Forwarder {
  readonly line: Writable
  ended: string | null
}

const waiting = new Map<string, Forwarder>()

/** Hands a bound port to a forwarder into `netns`. The port answers once `aim` has said where it leads. */
export function forwarded(held: HeldPort, netns: string): HeldPort {
  const { mapping } = held
  const child = spawn(nativeHelper(), ['forward', netns, mapping.protocol], {
    cwd: '/',
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore', held.fd],
  })
  held.release()
  const line = child.stdin
  if (!line) throw new EngineError('internal', 'a port forwarder was started without a line to it')
  const forwarder: Forwarder = { line, ended: null }
  line.on('error', () => {}) // its end is what tells
  child.on('error', (error) => {
    forwarder.ended = error.message
  })
  child.on('exit', (code, signal) => {
    forwarder.ended = `it ended with ${code ?? signal}`
  })
  child.unref()
  waiting.set(keyOf(mapping), forwarder)
  return {
    mapping,
    fd: descriptorOf(line as { readonly _handle?: { readonly fd?: number } }),
    release: () => {
      if (waiting.get(keyOf(mapping)) === forwarder) waiting.delete(keyOf(mapping))
      line.destroy()
    },
  }
}

/** Says where the ports of a container lead. Throws `internal` for one whose forwarder is gone. */
export function aim(mappings: readonly PortMapping[], address: string): void {
  for (const mapping of mappings) {
    const forwarder = waiting.get(keyOf(mapping))
    if (!forwarder || forwarder.ended !== null) {
      const why = forwarder?.ended ?? 'there is none'
      throw new EngineError('internal', `the forwarder of port ${keyOf(mapping)} does not run: ${why}`)
    }
    forwarder.line.write(`${address} ${mapping.containerPort}\n`)
  }
}

/** Waits until the ports of a container that ended can be bound again: its forwarders end just after it. */
export async function freed(mappings: readonly PortMapping[]): Promise<void> {
  const deadline = Date.now() + FREE_WAIT_MS
  for (const mapping of mappings) {
    while (!(await isFree(mapping)) && Date.now() < deadline) await pause(5)
  }
}

async function isFree(mapping: PortMapping): Promise<boolean> {
  try {
    const held = await holdPort(mapping)
    held.release()
    return true
  } catch (error) {
    return !isEngineError(error, 'conflict')
  }
}

function keyOf({ hostIp, hostPort, protocol }: PortMapping): string {
  return `${hostIp}:${hostPort}/${protocol}`
}

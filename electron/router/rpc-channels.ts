/** The two carriers of frames on the server's side: MessagePort (structured clone) and WebSocket (MessagePack). */
import { Packr } from 'msgpackr'
import type { WebSocket } from 'ws'
import type { ClientFrame } from '../contract/wire.ts'
import type { ServerChannel } from './rpc-server.ts'

/** What the ports of worker_threads have in common with those of Electron's main and utility processes. */
export interface ServerPort {
  postMessage(message: unknown): void
  on(event: 'message', listener: (message: unknown) => void): unknown
  on(event: 'close', listener: () => void): unknown
  start(): void
}

/** Serves a MessagePort. Electron's ports deliver `{ data }`, those of worker_threads the message itself. */
export function portChannel(port: ServerPort): ServerChannel {
  return {
    send: (batch) => port.postMessage(ownBytes(batch)),
    onBatch(listener) {
      port.on('message', (message) => {
        const batch = isBatch(message) ? message : (message as { data?: unknown } | null)?.data
        if (isBatch(batch)) listener(batch)
      })
      port.start()
    },
    onClose(listener) {
      port.on('close', listener)
    },
  }
}

/** Records would make decoding depend on state and on `new Function`, which the page's CSP refuses. */
const codec = new Packr({ useRecords: false, moreTypes: false })

/** Serves a WebSocket that has been let in already. A message that is no batch ends it. */
export function socketChannel(socket: WebSocket): ServerChannel {
  return {
    send(batch) {
      if (socket.readyState === socket.OPEN) socket.send(codec.pack(batch))
    },
    onBatch(listener) {
      socket.on('message', (data, binary) => {
        const batch = binary && Buffer.isBuffer(data) ? decode(data) : null
        if (isBatch(batch)) listener(batch)
        else socket.close(1003, 'not a batch of frames')
      })
    },
    onClose(listener) {
      socket.on('close', listener)
      socket.on('error', () => socket.terminate())
    },
  }
}

function decode(data: Buffer): unknown {
  try {
    // Over a plain Uint8Array msgpackr yields Uint8Array, as a port does, and not Buffer.
    return codec.unpack(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
  } catch {
    return null
  }
}

function isBatch(value: unknown): value is readonly ClientFrame[] {
  return Array.isArray(value)
}

/**
 * Copies each view that does not own its whole buffer: structured clone would carry the buffer around it as well
 * (Node's shared pool), which is waste and shows a window bytes that are none of its business.
 */
function ownBytes(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (value instanceof Uint8Array) {
    return value.byteLength === value.buffer.byteLength ? value : Uint8Array.from(value)
  }
  const source = value as Record<string, unknown>
  let copy: Record<string, unknown> | null = null
  for (const key in source) {
    const before = source[key]
    const after = ownBytes(before)
    if (after === before) continue
    copy ??= (Array.isArray(value) ? [...value] : { ...value }) as Record<string, unknown>
    copy[key] = after
  }
  return copy ?? value
}

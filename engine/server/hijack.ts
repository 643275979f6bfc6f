/**
 * Taking a connection over from HTTP, as attach and exec start do: 101 when the client asked to upgrade, else 200,
 * and then raw bytes both ways with half-close.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { PassThrough, type Readable } from 'node:stream'
import { EngineError } from '../errors.ts'
import type { DuplexStream } from './backend.ts'

/** How long a client may keep its half open after ours has ended, in milliseconds. */
const LINGER_MS = 10_000

/** A connection that HTTP has let go of, and what the client sends on it. */
export interface TakenOver {
  readonly socket: Socket
  readonly incoming: Readable
}

/** Takes the connection of an ordinary request whose body has been read. Node's parser lets go of it. */
export function takeOver(request: IncomingMessage, response: ServerResponse, contentType: string): TakenOver {
  const socket = request.socket
  response.detachSocket(socket)
  // Node's HTTP server reads the handle natively; the first listener of `data` makes it give the reading back.
  socket.on('data', () => undefined)
  for (const event of ['data', 'end', 'close', 'error', 'drain', 'timeout', 'readable', 'pause', 'resume']) {
    socket.removeAllListeners(event)
  }
  socket.on('error', () => socket.destroy())
  // The request may set the socket flowing once more when it is done: what comes must have a place to go by then.
  const incoming = socket.pipe(new PassThrough())
  socket.setTimeout(0)
  socket.write(`HTTP/1.1 200 OK\r\nContent-Type: ${contentType}\r\n\r\n`)
  return { socket, incoming }
}

/** Answers an upgrade. */
export function upgrade(socket: Socket, contentType: string): TakenOver {
  socket.setTimeout(0)
  socket.write(
    `HTTP/1.1 101 UPGRADED\r\nContent-Type: ${contentType}\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n`,
  )
  return { socket, incoming: socket }
}

/** Answers an upgrade to a protocol of its own, which follows at once. */
export function answerUpgrade(socket: Socket, protocol: string): void {
  socket.setTimeout(0)
  socket.write(`HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: ${protocol}\r\n\r\n`)
}

/**
 * The body of a request that asks to upgrade: Node hands it over in `head`, with whatever the client sent after it,
 * or it is still on its way. What follows the body is put back on the socket. Throws `invalid`.
 */
export async function upgradeBody(request: IncomingMessage, socket: Socket, head: Buffer): Promise<string> {
  if (request.headers['transfer-encoding'] !== undefined) {
    throw new EngineError('invalid', 'a request that upgrades must say its Content-Length')
  }
  const length = Number(request.headers['content-length'] ?? 0)
  if (!Number.isSafeInteger(length) || length < 0 || length > 1024 * 1024) {
    throw new EngineError('invalid', `a Content-Length of ${request.headers['content-length']} cannot be`)
  }
  if (head.length > 0) socket.unshift(head)
  return (await readExactly(socket, length)).toString('utf8')
}

/** Reads `length` bytes and leaves the rest in the socket, which is paused afterwards. */
function readExactly(socket: Socket, length: number): Promise<Buffer> {
  if (length === 0) return Promise.resolve(Buffer.alloc(0))
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = []
    let missing = length
    const finish = (outcome: () => void) => {
      socket.off('data', onData)
      socket.off('end', onEnd)
      socket.off('error', onEnd)
      socket.pause()
      outcome()
    }
    const onEnd = () => finish(() => reject(new EngineError('cancelled', 'the client went away')))
    const onData = (chunk: Buffer) => {
      const part = chunk.subarray(0, missing)
      parts.push(part)
      missing -= part.length
      if (missing > 0) return
      finish(() => {
        if (chunk.length > part.length) socket.unshift(chunk.subarray(part.length))
        resolve(Buffer.concat(parts))
      })
    }
    socket.on('data', onData)
    socket.on('end', onEnd)
    socket.on('error', onEnd)
  })
}

/** Joins a client's connection and a stream until either ends. Each side reads no faster than the other writes. */
export function join({ socket, incoming }: TakenOver, stream: DuplexStream): void {
  const { output, input } = stream
  if (socket.destroyed) {
    // The client left while the stream was coming.
    stream.detach()
    output.destroy()
    return
  }
  socket.on('error', () => socket.destroy())
  socket.on('close', () => {
    stream.detach()
    output.destroy()
  })
  if (input) {
    // A container that closed its stdin or ended takes no more; what the client still sends is read and dropped.
    input.on('error', () => {
      incoming.unpipe(input)
      incoming.resume()
    })
    input.on('close', () => {
      incoming.unpipe(input)
      incoming.resume()
    })
    incoming.pipe(input)
  } else {
    incoming.resume()
  }
  const finish = () => {
    if (socket.destroyed) return
    socket.end()
    incoming.resume()
    linger(socket)
  }
  output.on('error', finish)
  output.on('end', finish)
  output.on('close', finish)
  output.pipe(socket, { end: false })
}

/**
 * Lets a connection go whose our half has ended. Closing it with unread bytes would reset the client's side and cost
 * it the end of its output, so those are read first; a client that never closes its half is left at last.
 */
export function linger(socket: Socket): void {
  socket.resume()
  const timer = setTimeout(() => socket.destroy(), LINGER_MS).unref()
  socket.on('close', () => clearTimeout(timer))
}

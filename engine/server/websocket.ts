/**
 * The server's half of WebSocket (RFC 6455), as far as attaching needs it: messages in, binary messages out, pings
 * answered, and a close that both sides know of. Nothing is compressed.
 */
import { createHash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { Transform, Writable } from 'node:stream'
import { EngineError } from '../errors.ts'

/** RFC 6455, section 1.3. */
const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'
/** Far above what a person types; keeps a client from filling memory with one frame. */
const LONGEST = 1024 * 1024

const CONTINUATION = 0
const TEXT = 1
const BINARY = 2
const CLOSE = 8
const PING = 9
const PONG = 10

/** True for a request that wants to become a WebSocket. */
export function wantsWebSocket({ headers }: IncomingMessage): boolean {
  return headers.upgrade?.toLowerCase() === 'websocket' && typeof headers['sec-websocket-key'] === 'string'
}

/** Answers the handshake. Throws `invalid` for another version than 13. */
export function acceptWebSocket({ headers }: IncomingMessage, socket: Socket): void {
  if (headers['sec-websocket-version'] !== '13') {
    throw new EngineError('invalid', 'a WebSocket of version 13 is needed')
  }
  const key = String(headers['sec-websocket-key'])
  const accept = createHash('sha1').update(`${key}${GUID}`).digest('base64')
  socket.setTimeout(0)
  socket.setNoDelay(true)
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
  )
}

/** One frame. A server's frames are not masked. */
export function frame(opcode: number, payload: Uint8Array): Buffer {
  const { length } = payload
  const head =
    length < 126
      ? Buffer.from([0x80 | opcode, length])
      : length < 65536
        ? Buffer.from([0x80 | opcode, 126, length >> 8, length & 0xff])
        : Buffer.concat([Buffer.from([0x80 | opcode, 127]), bigEndian(length)])
  return Buffer.concat([head, payload])
}

function bigEndian(length: number): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64BE(BigInt(length))
  return bytes
}

/** What goes out: each piece of output is a binary message; the end is a close. */
export function outgoing(): Transform {
  return new Transform({
    transform: (chunk: Buffer, _encoding, done) => done(null, frame(BINARY, chunk)),
    flush(done) {
      this.push(frame(CLOSE, Buffer.from([0x03, 0xe8]))) // 1000: it is all said
      done()
    },
  })
}

/**
 * What comes in, written to `take` message by message. `reply` sends a control frame back. The client's close ends
 * it, as half-closing stdin would; a frame that breaks the protocol destroys it.
 */
export class Incoming extends Writable {
  #rest: Buffer = Buffer.alloc(0)
  readonly #take: Writable | null
  readonly #reply: (frame: Buffer) => void
  readonly #closed: () => void

  constructor(take: Writable | null, reply: (frame: Buffer) => void, closed: () => void) {
    super()
    this.#take = take
    this.#reply = reply
    this.#closed = closed
    // A process that closed its stdin takes no more; what still comes is dropped.
    take?.on('error', () => undefined)
  }

  override _write(chunk: Buffer, _encoding: string, done: (error?: Error | null) => void): void {
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk])
    let full = false
    try {
      for (let next = this.#next(); next; next = this.#next()) full = this.#handle(next) || full
    } catch (error) {
      done(error as Error)
      return
    }
    if (full && this.#take && !this.#take.destroyed) this.#take.once('drain', () => done())
    else done()
  }

  override _final(done: () => void): void {
    this.#take?.end()
    done()
  }

  /** True when the process has enough for now. */
  #handle({ opcode, payload }: { readonly opcode: number; readonly payload: Buffer }): boolean {
    switch (opcode) {
      case CONTINUATION:
      case TEXT:
      case BINARY:
        return this.#take?.writable ? !this.#take.write(payload) : false
      case PING:
        this.#reply(frame(PONG, payload))
        return false
      case CLOSE:
        this.#reply(frame(CLOSE, payload.subarray(0, 2)))
        this.#take?.end()
        this.#closed()
        return false
      default:
        return false
    }
  }

  #next(): { readonly opcode: number; readonly payload: Buffer } | null {
    const bytes = this.#rest
    if (bytes.length < 2) return null
    const [first = 0, second = 0] = bytes
    if ((second & 0x80) === 0) throw new EngineError('invalid', 'a client must mask its frames')
    const short = second & 0x7f
    const extra = short === 126 ? 2 : short === 127 ? 8 : 0
    if (bytes.length < 2 + extra) return null
    const length =
      extra === 2 ? bytes.readUInt16BE(2) : extra === 8 ? Number(bytes.readBigUInt64BE(2)) : short
    if (length > LONGEST) throw new EngineError('invalid', `a frame of ${length} bytes is too long`)
    const start = 2 + extra + 4
    if (bytes.length < start + length) return null
    const mask = bytes.subarray(start - 4, start)
    const payload = Buffer.from(bytes.subarray(start, start + length))
    for (let n = 0; n < payload.length; n++) payload[n] = (payload[n] ?? 0) ^ (mask[n & 3] ?? 0)
    this.#rest = Buffer.from(bytes.subarray(start + length))
    return { opcode: first & 0x0f, payload }
  }
}

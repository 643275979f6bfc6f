/**
 * Calls over gRPC (HTTP/2, "gRPC over HTTP2"): one message or a stream of them each way. Messages are bytes here.
 */
import type { ClientHttp2Session, ClientHttp2Stream, IncomingHttpHeaders } from 'node:http2'
import { EngineError, type ErrorKind } from '../../../errors.ts'

/** Headers that go with a call, each with one value or several. */
export type Metadata = Readonly<Record<string, string | readonly string[]>>

/** A call under way: what comes is read from it, and what is sent waits until there is room. */
export interface Exchange {
  /** Messages of the other side; throws when it ended the call with an error. */
  readonly messages: AsyncGenerator<Buffer, void, undefined>
  send(message: Uint8Array): Promise<void>
  /** No more will be sent. */
  end(): void
  /** Ends the call at once, both ways. */
  destroy(): void
}

/** An error that the other side ended a call with (gRPC, "Status codes"). */
export class CallFailed extends EngineError {
  readonly status: number

  constructor(method: string, status: number, message: string) {
    super(kindOf(status), message || `${method} ended with the status ${status}`)
    this.status = status
  }
}

/** gRPC's NOT_FOUND. */
export const NOT_FOUND = 5
/** gRPC's UNIMPLEMENTED: there is no such method. */
export const UNIMPLEMENTED = 12

const HEADER = 5
/** Far above what clients send at once (32 kB of a file); a longer one is no message. */
const LARGEST_MESSAGE = 16 * 1024 * 1024

/** Begins a call of `method` (`/package.Service/Method`). Aborting destroys it. */
export function startCall(
  session: ClientHttp2Session,
  method: string,
  metadata: Metadata,
  signal: AbortSignal,
): Exchange {
  if (session.closed || session.destroyed) throw gone()
  const stream = session.request(
    {
      ':method': 'POST',
      ':path': method,
      'content-type': 'application/grpc',
      te: 'trailers',
      ...(metadata as Record<string, string | string[]>),
    },
    { signal },
  )
  let headers: IncomingHttpHeaders = {}
  let trailers: IncomingHttpHeaders | null = null
  stream.on('response', (received) => {
    headers = received
  })
  stream.on('trailers', (received) => {
    trailers = received
  })
  // Whoever reads the messages is told; without a reader there is nobody to tell.
  stream.on('error', () => {})
  return {
    messages: readMessages(stream, method, () => trailers ?? headers, signal),
    send: (message) => send(stream, message),
    end: () => {
      stream.end()
    },
    destroy: () => {
      stream.close()
      stream.destroy()
    },
  }
}

/** One message there, one back. */
export async function callOnce(
  session: ClientHttp2Session,
  method: string,
  message: Uint8Array,
  signal: AbortSignal,
): Promise<Buffer> {
  const call = startCall(session, method, {}, signal)
  try {
    await call.send(message)
    call.end()
    let answer: Buffer | null = null
    for await (const each of call.messages) answer = each
    if (answer === null) throw new EngineError('internal', `${method} was answered without a message`)
    return answer
  } finally {
    call.destroy()
  }
}

function send(stream: ClientHttp2Stream, message: Uint8Array): Promise<void> {
  const head = Buffer.alloc(HEADER)
  head.writeUInt32BE(message.length, 1)
  if (stream.destroyed || stream.writableEnded) return Promise.reject(gone())
  stream.write(head)
  if (stream.write(message)) return Promise.resolve()
  return new Promise((resolve, reject) => {
    const done = () => {
      stream.off('drain', done)
      stream.off('close', done)
      if (stream.destroyed) reject(gone())
      else resolve()
    }
    stream.on('drain', done)
    stream.on('close', done)
  })
}

async function* readMessages(
  stream: ClientHttp2Stream,
  method: string,
  closing: () => IncomingHttpHeaders,
  signal: AbortSignal,
): AsyncGenerator<Buffer, void, undefined> {
  let rest: Buffer = Buffer.alloc(0)
  try {
    for await (const chunk of stream) {
      rest = rest.length === 0 ? (chunk as Buffer) : Buffer.concat([rest, chunk as Buffer])
      let at = 0
      while (rest.length - at >= HEADER) {
        const length = rest.readUInt32BE(at + 1)
        if (rest[at] !== 0 || length > LARGEST_MESSAGE)
          throw new EngineError('invalid', `${method} was answered with what is no message`)
        if (rest.length - at - HEADER < length) break
        yield rest.subarray(at + HEADER, at + HEADER + length)
        at += HEADER + length
      }
      rest = rest.subarray(at)
    }
  } catch (error) {
    if (error instanceof EngineError) throw error
    if (signal.aborted) throw new EngineError('cancelled', 'the build was cancelled', { cause: error })
    throw gone(error)
  }
  const status = Number(closing()['grpc-status'] ?? Number.NaN)
  if (Number.isNaN(status)) throw gone()
  if (status !== 0) throw new CallFailed(method, status, unescaped(closing()['grpc-message']))
}

/** grpc-message is percent-encoded. */
function unescaped(message: string | string[] | undefined): string {
  const text = String(message ?? '')
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

function gone(cause?: unknown): EngineError {
  return new EngineError('unavailable', "the build's client went away", { cause })
}

function kindOf(status: number): ErrorKind {
  switch (status) {
    case 1:
      return 'cancelled'
    case 3:
      return 'invalid'
    case NOT_FOUND:
      return 'not-found'
    case 7:
      return 'forbidden'
    case UNIMPLEMENTED:
      return 'not-implemented'
    case 14:
      return 'unavailable'
    case 16:
      return 'unauthorized'
    default:
      return 'internal'
  }
}

/**
 * BuildKit's session: a connection on which the engine calls services of the client that asked for a build. The
 * connection begins as POST /session; then it is HTTP/2, and the client is its server.
 */
import { type ClientHttp2Session, connect } from 'node:http2'
import type { Duplex } from 'node:stream'
import { EngineError } from '../../../errors.ts'
import { callOnce, type Exchange, type Metadata, startCall } from './grpc.ts'

/** What the client says of itself in the headers of POST /session (X-Docker-Expose-Session-*). */
export interface SessionIdentity {
  readonly id: string
  readonly name: string
  /** Names what the client sends, so that a later build finds what is here already; empty for nothing. */
  readonly sharedKey: string
  /** `/package.Service/Method`, each that the client serves. */
  readonly methods: readonly string[]
}

/** How much of a stream may be on its way before it is read: files come faster with more of it. */
const WINDOW = 4 * 1024 * 1024

/** One client's connection, from its upgrade to its end. */
export class Session {
  readonly identity: SessionIdentity
  readonly #http2: ClientHttp2Session
  readonly #ended = new AbortController()

  /** `connection` is the client's, right after the answer to its upgrade. */
  constructor(identity: SessionIdentity, connection: Duplex) {
    this.identity = identity
    this.#http2 = connect('http://session', {
      createConnection: () => connection,
      settings: { initialWindowSize: WINDOW, enablePush: false },
    })
    this.#http2.on('connect', () => this.#http2.setLocalWindowSize(2 * WINDOW))
    // A client that is cut off ends the session: each call under way is told by its own stream.
    this.#http2.on('error', () => this.close())
    this.#http2.on('close', () => this.#ended.abort())
    connection.on('close', () => this.close())
  }

  /** Aborted when the client is gone. */
  get ended(): AbortSignal {
    return this.#ended.signal
  }

  serves(method: string): boolean {
    return this.identity.methods.includes(method)
  }

  /** Calls a method with a message and waits for the answer. Throws `CallFailed`, `unavailable` or `cancelled`. */
  call(method: string, message: Uint8Array, signal: AbortSignal): Promise<Buffer> {
    this.#mustServe(method)
    return callOnce(this.#http2, method, message, signal)
  }

  /** Begins a call that goes on. */
  exchange(method: string, metadata: Metadata, signal: AbortSignal): Exchange {
    this.#mustServe(method)
    return startCall(this.#http2, method, metadata, signal)
  }

  close(): void {
    this.#http2.destroy()
    this.#ended.abort()
  }

  #mustServe(method: string): void {
    if (this.#ended.signal.aborted) throw new EngineError('unavailable', "the build's client went away")
    if (!this.serves(method))
      throw new EngineError('not-implemented', `the build's client does not serve ${method}`)
  }
}

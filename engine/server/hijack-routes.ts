/** What a route that takes its connection over is, whichever way the client asked for it. */
import type { IncomingHttpHeaders } from 'node:http'
import type { Duplex } from 'node:stream'
import type { DuplexStream } from './backend.ts'
import type { ApiVersion } from './versions.ts'

/** A request with its body, whole. */
export interface HijackCall {
  readonly params: Readonly<Record<string, string>>
  readonly query: URLSearchParams
  readonly version: ApiVersion
  readonly body: string
}

/**
 * Null answers 200 without a stream. Throws `EngineError` to answer an error. The head of the answer goes out before
 * the stream is there: clients that read it with a buffer of their own (docker-py) lose what comes close behind it.
 */
export type HijackHandler = (
  call: HijackCall,
) => Promise<{ readonly stream: DuplexStream | Promise<DuplexStream>; readonly contentType: string } | null>

/** A route that becomes a WebSocket. Throws `EngineError` to answer an error instead. */
export type WebSocketHandler = (call: Omit<HijackCall, 'body'>) => Promise<DuplexStream>

/** A route that goes on in a protocol of its own. Throws `EngineError`, before it asks for the connection, to answer an error. */
export interface UpgradeHandler {
  /** As the Upgrade header names it. */
  readonly protocol: string
  /** `answered` answers the upgrade and gives the connection. */
  readonly accept: (headers: IncomingHttpHeaders, answered: () => Duplex) => Promise<void>
}

/**
 * The Docker Engine API over HTTP: finds the route, answers errors, takes connections over. It knows the engine
 * only as `Backend`.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { Socket } from 'node:net'
import { EngineError, isEngineError } from '../errors.ts'
import { joinWebSocket } from './attach-socket.ts'
import type { Backend } from './backend.ts'
import type { Call } from './call.ts'
import { messageOf, statusOf } from './errors.ts'
import { answerUpgrade, join, linger, takeOver, upgrade, upgradeBody } from './hijack.ts'
import type { HijackCall, UpgradeHandler } from './hijack-routes.ts'
import { type Route, Router } from './router.ts'
import { buildRoutes, sessionRoute } from './routes/builds.ts'
import { containerFileRoutes } from './routes/container-files.ts'
import { containerStreamRoutes, hijackRoutes, webSocketRoutes } from './routes/container-streams.ts'
import { containerRoutes } from './routes/containers.ts'
import { distributionRoutes } from './routes/distribution.ts'
import { execRoutes } from './routes/execs.ts'
import { imageRoutes } from './routes/images.ts'
import { longshoreRoutes } from './routes/longshore.ts'
import { longshoreBuildRoutes } from './routes/longshore-builds.ts'
import { networkRoutes } from './routes/networks.ts'
import { pluginRoutes } from './routes/plugins.ts'
import { pruneRoutes } from './routes/prune.ts'
import { swarmRoutes } from './routes/swarm.ts'
import { systemRoutes } from './routes/system.ts'
import { volumeRoutes } from './routes/volumes.ts'
import { API_VERSION, splitVersion } from './versions.ts'
import { acceptWebSocket, wantsWebSocket } from './websocket.ts'

/** How long a client may go on sending after its answer. */
const READ_OUT_MS = 10_000

/** Told of what no client can repair. */
export type ReportDefect = (error: unknown, what: string) => void

/** What the server is told of the engine that it serves. */
export interface ApiOptions {
  readonly engineVersion: string
  /** Said to clients, who show more of themselves then. */
  readonly experimental: boolean
  /** Told of each call when it has been answered. */
  readonly trace: (line: string) => void
}

/** The headers of every answer. */
function commonHeaders({ engineVersion, experimental }: ApiOptions): Readonly<Record<string, string>> {
  return {
    'Api-Version': API_VERSION,
    'Docker-Experimental': String(experimental),
    Ostype: 'linux',
    Server: `Longshore/${engineVersion} (linux)`,
  }
}

/** Certificate and key of the engine, and the authority that signs its clients' (null asks for none); PEM. */
export interface TlsMaterial {
  readonly ca: Buffer | null
  readonly cert: Buffer
  readonly key: Buffer
}

/** The API, to be served at any number of addresses. */
export interface Api {
  /** A server that is not yet listening; over TLS where `tls` is given. */
  server(tls: TlsMaterial | null): Server
}

/** The API over `backend`. */
export function createApi(backend: Backend, options: ApiOptions, report: ReportDefect): Api {
  const router = new Router(allRoutes(backend))
  const takers = new Router(hijackRoutes(backend.containers, backend.execs))
  const sockets = new Router(webSocketRoutes(backend.containers))
  const upgrades = new Router([sessionRoute(backend.builds)])
  const common = commonHeaders(options)
  const serving = {
    // Uploads may take as long as they take, and a log may be followed for days.
    requestTimeout: 0,
    keepAliveTimeout: 60_000,
    // Only what takes its connection over is upgraded; any other such wish is answered as a plain request.
    shouldUpgradeCallback: (request: IncomingMessage) => {
      const { method = '', url = '' } = request
      const path = withoutVersion(url)
      return (
        takers.find(method, path) !== null ||
        (wantsWebSocket(request) && sockets.find(method, path) !== null) ||
        spoken(request) !== null
      )
    },
  }
  return {
    server(tls) {
      const server = tls
        ? createSecureServer({ ...serving, ...secureOptions(tls), allowHalfOpen: true })
        : createServer(serving)
      server.on('request', (request, response) => {
        void serve(request, response)
      })
      server.on('upgrade', (request, socket, head) => {
        void serveUpgrade(request, socket as Socket, head)
      })
      return server
    },
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    for (const [name, value] of Object.entries(common)) response.setHeader(name, value)
    const gone = new AbortController()
    const from = performance.now()
    response.on('close', () => {
      gone.abort()
      const took = (performance.now() - from).toFixed(1)
      options.trace(`${request.method} ${request.url}: ${response.statusCode}, ${took} ms`)
    })
    try {
      const url = splitUrl(request.url ?? '/')
      const { version, path } = splitVersion(url.path)
      const method = request.method ?? 'GET'
      const taker = takers.find(method, path)
      if (taker) {
        const body = await readText(request)
        const call = { params: taker.params, query: url.query, version, body }
        const taken = await taker.handler(call)
        if (taken) {
          const connection = takeOver(request, response, taken.contentType)
          join(connection, await taken.stream)
        } else {
          response.writeHead(200, { 'Content-Length': 0 }).end()
        }
        return
      }
      const found = router.find(method, path)
      if (!found) throw new EngineError('not-found', 'page not found')
      const call: Call = {
        request,
        response,
        params: found.params,
        query: url.query,
        version,
        signal: gone.signal,
      }
      await found.handler(call)
    } catch (error) {
      answerError(request, response, error)
    }
  }

  function answerError(request: IncomingMessage, response: ServerResponse, error: unknown): void {
    const what = `${request.method} ${request.url}`
    if (response.headersSent) {
      // The answer has begun: the only thing left to say is that it is not whole. A client that left is no defect.
      if (!response.destroyed && !isEngineError(error, 'cancelled') && !isPrematureClose(error))
        report(error, what)
      response.destroy()
      return
    }
    const status = statusOf(error)
    if (status === 500) report(error, what)
    if (status === 304) {
      response.writeHead(304).end()
      return
    }
    const text = `${JSON.stringify({ message: messageOf(error) })}\n`
    response.writeHead(status, {
      'Content-Type': 'application/json',
      'Content-Length': Buffer.byteLength(text),
    })
    response.end(text)
    readOut(request)
  }

  async function serveUpgrade(request: IncomingMessage, socket: Socket, head: Buffer): Promise<void> {
    socket.on('error', () => socket.destroy())
    try {
      const url = splitUrl(request.url ?? '/')
      const { version, path } = splitVersion(url.path)
      const speaker = wantsWebSocket(request) ? sockets.find(request.method ?? '', path) : null
      if (speaker) {
        const stream = await speaker.handler({ params: speaker.params, query: url.query, version })
        acceptWebSocket(request, socket)
        joinWebSocket(socket, head, stream)
        return
      }
      const speech = spoken(request)
      if (speech) {
        await speech.accept(request.headers, () => {
          answerUpgrade(socket, speech.protocol)
          if (head.length > 0) socket.unshift(head)
          return socket
        })
        return
      }
      const taker = takers.find(request.method ?? '', path)
      if (!taker) throw new EngineError('not-found', 'page not found')
      const body = await upgradeBody(request, socket, head)
      const call: HijackCall = { params: taker.params, query: url.query, version, body }
      const taken = await taker.handler(call)
      if (taken) {
        const connection = upgrade(socket, taken.contentType)
        join(connection, await taken.stream)
      } else writeAnswer(socket, 200, '')
    } catch (error) {
      const status = statusOf(error)
      if (status === 500) report(error, `${request.method} ${request.url}`)
      writeAnswer(socket, status, `${JSON.stringify({ message: messageOf(error) })}\n`)
    }
  }

  /** The route that a request wants to go on with in a protocol of its own; null when it does not. */
  function spoken({ method = '', url = '', headers }: IncomingMessage): UpgradeHandler | null {
    const found = upgrades.find(method, withoutVersion(url))?.handler
    return found && headers.upgrade?.toLowerCase() === found.protocol ? found : null
  }

  /** An ordinary answer on a connection that Node's server has let go of; it is closed after. */
  function writeAnswer(socket: Socket, status: number, body: string): void {
    const headers = {
      ...common,
      ...(body ? { 'Content-Type': 'application/json' } : {}),
      'Content-Length': String(Buffer.byteLength(body)),
      Connection: 'close',
    }
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
    socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines.join('')}\r\n${body}`)
    linger(socket)
  }
}

/**
 * Reads what a client still sends after its answer, and drops it: many a client looks at the answer only when it has
 * sent everything, and takes a closed connection for the error. One that never ends is closed at last.
 */
function readOut(request: IncomingMessage): void {
  if (request.complete) return
  const timer = setTimeout(() => request.socket.destroy(), READ_OUT_MS).unref()
  request.once('close', () => clearTimeout(timer))
  request.resume()
}

/** With an authority, who has no certificate of it gets no further than the handshake. */
export function secureOptions({ ca, cert, key }: TlsMaterial) {
  return {
    cert,
    key,
    minVersion: 'TLSv1.2' as const,
    ...(ca ? { ca, requestCert: true, rejectUnauthorized: true } : {}),
  }
}

function allRoutes(backend: Backend): Route[] {
  return [
    ...systemRoutes(backend.system),
    ...containerRoutes(backend.containers),
    ...containerStreamRoutes(backend.containers),
    ...containerFileRoutes(backend.files),
    ...execRoutes(backend.execs),
    ...imageRoutes(backend.images),
    ...distributionRoutes(backend.registries),
    ...volumeRoutes(backend.volumes),
    ...networkRoutes(backend.networks),
    ...buildRoutes(backend.builds),
    ...longshoreBuildRoutes(backend.ownBuilds),
    ...pluginRoutes(),
    ...pruneRoutes(backend.prune),
    ...swarmRoutes(),
    ...longshoreRoutes(backend.system),
  ]
}

/** Path and query of a request line. */
function splitUrl(url: string): { readonly path: string; readonly query: URLSearchParams } {
  const mark = url.indexOf('?')
  return mark === -1
    ? { path: url, query: new URLSearchParams() }
    : { path: url.slice(0, mark), query: new URLSearchParams(url.slice(mark + 1)) }
}

function withoutVersion(url: string): string {
  return splitUrl(url).path.replace(/^\/v\d+\.\d+\//, '/')
}

async function readText(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part as Buffer)
  return Buffer.concat(parts).toString('utf8')
}

/** The client went away in the middle of an answer. */
function isPrematureClose(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException
  return (
    code === 'ERR_STREAM_PREMATURE_CLOSE' || code === 'EPIPE' || code === 'ECONNRESET' || code === 'ABORT_ERR'
  )
}

/**
 * Headless: the window in a browser. Serves the renderer's files and one WebSocket for each window, on loopback only,
 * to whoever opened a one-time link. Every request is checked for Host, Origin and session before anything else.
 */
import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import { EngineError } from '../../engine/errors.ts'
import { PAGE_HEADERS } from '../router/content-policy.ts'
import { socketChannel } from '../router/rpc-channels.ts'
import type { ServerChannel } from '../router/rpc-server.ts'
import { sendPage } from './answers.ts'
import type { Address } from './guard.ts'
import { addressOf, checkOrigin, SIGNED_OUT, sessionOf } from './guard.ts'
import { SignIn } from './sign-in.ts'
import { sendFile } from './static-files.ts'

export interface HeadlessOptions {
  /** Answers one window's calls. */
  readonly serve: (channel: ServerChannel) => void
  /** The built renderer. */
  readonly rendererDirectory: string
  /** 0 takes any free port. */
  readonly port: number
}

export interface Headless {
  readonly port: number
  /** A fresh one-time link. */
  link(): string
  close(): Promise<void>
}

/** Largest message of a window: a paste of a million characters fits. */
const MAX_MESSAGE_BYTES = 16 * 1024 * 1024
const SILENCE_MS = 30_000

/** Listens on 127.0.0.1. Throws `unavailable` when the port is taken. */
export async function startHeadless(options: HeadlessOptions): Promise<Headless> {
  const shell = new Shell(options)
  await shell.listen()
  return shell
}

class Shell implements Headless {
  readonly #options: HeadlessOptions
  readonly #signIn = new SignIn()
  readonly #http = createServer((request, response) => void this.#answer(request, response))
  readonly #sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_MESSAGE_BYTES,
    perMessageDeflate: false,
  })
  #address: Address = addressOf(0)
  #port = 0

  constructor(options: HeadlessOptions) {
    this.#options = options
    this.#http.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head))
  }

  get port(): number {
    return this.#port
  }

  async listen(): Promise<void> {
    try {
      this.#http.listen(this.#options.port, '127.0.0.1')
      await once(this.#http, 'listening')
    } catch (cause) {
      const what = `cannot listen on 127.0.0.1:${this.#options.port}: ${(cause as Error).message}. Choose another --port.`
      throw new EngineError('unavailable', what, { cause })
    }
    this.#port = (this.#http.address() as AddressInfo).port
    this.#address = addressOf(this.#port)
  }

  link(): string {
    return `http://${this.#address.host}/open?token=${this.#signIn.issue()}`
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets.clients) socket.terminate()
    this.#http.closeAllConnections()
    this.#http.close()
    await once(this.#http, 'close')
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    for (const [name, value] of Object.entries(PAGE_HEADERS)) response.setHeader(name, value)
    const refusal = checkOrigin(request, this.#address, false)
    if (refusal) return sendPage(response, refusal)
    const url = URL.parse(request.url ?? '/', `http://${this.#address.host}`)
    if (url === null)
      return sendPage(response, { status: 400, title: 'Refused', text: 'This is no address.' })
    if (url.pathname === '/open') return this.#open(request, response, url)
    if (!this.#signIn.knows(sessionOf(request, this.#address))) return sendPage(response, SIGNED_OUT)
    if (url.pathname === '/session') {
      response.writeHead(204, { 'Cache-Control': 'no-store' })
      response.end()
      return
    }
    if (await sendFile(response, this.#options.rendererDirectory, url.pathname, request.method === 'HEAD'))
      return
    const text =
      url.pathname === '/'
        ? 'The window’s files are not built. Run “npm run build” in Longshore’s folder, then reload.'
        : 'There is no such page.'
    sendPage(response, { status: 404, title: 'Not here', text })
  }

  /** Exchanges the link's token for a cookie. A second use is refused. */
  #open(request: IncomingMessage, response: ServerResponse, url: URL): void {
    if (request.method === 'HEAD') {
      // Link previews must not use the link up.
      response.writeHead(204)
      response.end()
      return
    }
    const session = this.#signIn.redeem(url.searchParams.get('token') ?? '')
    if (session === null) {
      sendPage(response, { ...SIGNED_OUT, title: 'This link was used, or is not one of ours' })
      return
    }
    const cookie = `${this.#address.cookieName}=${session}; HttpOnly; SameSite=Strict; Path=/`
    response.setHeader('Set-Cookie', cookie)
    response.setHeader('Cache-Control', 'no-store')
    const site = request.headers['sec-fetch-site']
    if (site === 'cross-site' || site === 'same-site') {
      // A redirect would still count as the other site's navigation and go without the strict cookie.
      response.setHeader('Refresh', '0; url=/')
      sendPage(response, { status: 200, title: 'Opening Longshore', text: 'One moment.' })
      return
    }
    response.writeHead(303, { Location: '/' })
    response.end()
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => socket.destroy())
    const refusal =
      checkOrigin(request, this.#address, true) ??
      (this.#signIn.knows(sessionOf(request, this.#address)) ? null : SIGNED_OUT)
    const path = (request.url ?? '').split('?')[0]
    if (refusal || path !== '/rpc') {
      const status = refusal?.status ?? 404
      socket.end(`HTTP/1.1 ${status} Refused\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
      return
    }
    this.#sockets.handleUpgrade(request, socket, head, (webSocket) => {
      endWhenSilent(webSocket)
      this.#options.serve(socketChannel(webSocket))
    })
  }
}

/** Ends a socket whose browser is gone without a word (a forwarded port that broke, a machine that sleeps). */
function endWhenSilent(socket: WebSocket): void {
  let heard = true
  socket.on('pong', () => {
    heard = true
  })
  const timer = setInterval(() => {
    if (!heard) socket.terminate()
    heard = false
    socket.ping()
  }, SILENCE_MS)
  timer.unref()
  socket.on('close', () => clearInterval(timer))
}

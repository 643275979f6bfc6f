/** For tests: a Docker API of a few containers on a real socket, that can be stopped and started at will. */
import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { createServer, type Server } from 'node:http'

/** A Docker API of a few containers. */
export class ScriptedEngine {
  readonly containers = new Map<string, { name: string; running: boolean }>()
  readonly requests: string[] = []
  /** What a test answers itself, by path without version; asked first. */
  readonly routes: Record<string, (response: ServerResponse, url: URL) => void> = {}
  readonly #streams = new Set<ServerResponse>()
  #server: Server | null = null
  #nanos = 0

  async start(socket: string): Promise<void> {
    this.#server = createServer((request, response) => {
      this.requests.push(`${request.method} ${request.url}`)
      const url = new URL(request.url ?? '/', 'http://x')
      const route = url.pathname.replace(/^\/v[\d.]+/, '')
      const own = this.routes[route]
      if (own) own(response, url)
      else this.#answer(route, response)
    })
    this.#server.listen(socket)
    await once(this.#server, 'listening')
  }

  async stop(): Promise<void> {
    this.#server?.closeAllConnections()
    this.#server?.close()
    if (this.#server?.listening) await once(this.#server, 'close')
    this.#streams.clear()
  }

  /** Sends an event to whoever listens; the same text again when `repeat` is given. */
  tell(action: string, id: string, repeat?: string): string {
    this.#nanos += 1
    const timeNano = 1_700_000_000_000_000_000 + this.#nanos * 1000
    const event = {
      Type: 'container',
      Action: action,
      Actor: { ID: id, Attributes: {} },
      time: 1_700_000_000,
      timeNano,
    }
    const text = repeat ?? `${JSON.stringify(event)}\n`
    for (const stream of this.#streams) stream.write(text)
    return text
  }

  #answer(route: string, response: ServerResponse): void {
    if (route === '/_ping') {
      response.writeHead(200, { 'Api-Version': '1.41' })
      response.end('OK')
    } else if (route === '/events') {
      response.writeHead(200)
      response.flushHeaders()
      this.#streams.add(response)
    } else if (route === '/containers/json') {
      json(
        response,
        200,
        [...this.containers].map(([Id, { name, running }]) => summaryOf(Id, name, running)),
      )
    } else if (route.startsWith('/containers/')) {
      const id = route.split('/')[2] ?? ''
      const found = this.containers.get(id)
      if (found) json(response, 200, inspectOf(id, found.name, found.running))
      else json(response, 404, { message: `No such container: ${id}` })
    } else if (route === '/images/json') {
      json(response, 200, [
        { Id: 'sha256:1', RepoTags: ['a:1'], RepoDigests: null, Created: 1, Size: 5, Labels: null },
      ])
    } else if (route === '/volumes') {
      json(response, 200, { Volumes: null })
    } else if (route === '/version' || route === '/info') {
      json(response, 200, { Version: '1', ApiVersion: '1.41', Os: 'linux', Arch: 'x64' })
    } else {
      json(response, 404, { message: 'page not found' })
    }
  }
}

function json(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'Content-Type': 'application/json' })
  response.end(JSON.stringify(value))
}

function summaryOf(Id: string, name: string, running: boolean) {
  const [State, Status] = running ? ['running', 'Up 1 second'] : ['exited', 'Exited (0) 1 second ago']
  return {
    Id,
    Names: [`/${name}`],
    Image: 'a:1',
    ImageID: 'sha256:1',
    Command: 'x',
    Created: 1,
    State,
    Status,
  }
}

function inspectOf(Id: string, name: string, Running: boolean) {
  return {
    ...{
      Id,
      Name: `/${name}`,
      Created: '2026-01-01T00:00:00Z',
      Path: 'x',
      Args: [],
      Image: 'sha256:1',
      Mounts: [],
    },
    State: { Status: Running ? 'running' : 'exited', Running, ExitCode: 0, StartedAt: 's', FinishedAt: 'f' },
    Config: { Tty: true, Image: 'a:1', Labels: {} },
    HostConfig: {},
    NetworkSettings: {},
  }
}

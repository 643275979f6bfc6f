/** One engine's life against a scripted Docker API on a real socket: lists by events, loss, return, nothing told twice. */
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import type { ServerResponse } from 'node:http'
import { createServer, type Server } from 'node:http'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { EngineState } from '../../contract/engines.ts'
import { Engine } from './engine.ts'

/** A Docker API of a few containers. */
class ScriptedEngine {
  readonly containers = new Map<string, { name: string; running: boolean }>()
  readonly requests: string[] = []
  readonly #streams = new Set<ServerResponse>()
  #server: Server | null = null
  #nanos = 0

  async start(socket: string): Promise<void> {
    this.#server = createServer((request, response) => {
      this.requests.push(`${request.method} ${request.url}`)
      const url = new URL(request.url ?? '/', 'http://x')
      this.#answer(url.pathname.replace(/^\/v[\d.]+/, ''), response)
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

let folder: string
let socket: string
let scripted: ScriptedEngine
let engine: Engine
let states: EngineState['kind'][]

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'longshore-engine-'))
  socket = path.join(folder, 's')
  scripted = new ScriptedEngine()
  scripted.containers.set('one', { name: 'web', running: true })
  states = []
  const entry = { id: 'e', name: 'E', kind: 'local', endpoint: `unix://${socket}` } as const
  engine = new Engine(
    entry,
    null,
    () => states.push(engine.view.state.kind),
    () => {},
  )
})
afterEach(async () => {
  engine.stop()
  await scripted.stop()
  await rm(folder, { recursive: true })
})

const rows = () =>
  [...engine.objects.containers.rows.values()].map((row) => `${row.name} ${row.state.kind}`).sort()
const exact = () => [...engine.objects.containers.rows.values()].every((row) => row.terminal)
const connected = () => engine.view.state.kind === 'connected'

test('connects, reads the lists, and makes each row exact', async () => {
  await scripted.start(socket)
  engine.start()
  await until(() => connected() && exact())
  expect(rows()).toEqual(['web running'])
  expect([...engine.objects.images.rows.values()][0]?.usedBy).toEqual(['web'])
  expect(engine.view.capabilities?.apiVersion).toBe('1.41')
})

test('an event is one read of the object that it names', async () => {
  await scripted.start(socket)
  engine.start()
  await until(() => connected() && exact())
  scripted.requests.length = 0
  scripted.containers.set('two', { name: 'db', running: true })
  scripted.tell('start', 'two')
  await until(() => rows().includes('db running'))
  expect(scripted.requests).toEqual(['GET /v1.41/containers/two/json'])
  scripted.containers.delete('two')
  scripted.tell('destroy', 'two')
  await until(() => rows().length === 1)
  scripted.tell('exec_start: sh', 'one')
  scripted.tell('die', 'gone-already')
  await until(() => scripted.requests.length === 2)
  expect(rows()).toEqual(['web running'])
})

test('a thousand events of one container are few reads, and the last one counts', async () => {
  await scripted.start(socket)
  engine.start()
  await until(() => connected() && exact())
  scripted.requests.length = 0
  for (let i = 0; i < 1000; i++) scripted.tell(i % 2 === 0 ? 'die' : 'start', 'one')
  scripted.containers.set('one', { name: 'web', running: false })
  scripted.tell('die', 'one')
  await until(() => rows()[0] === 'web exited')
  expect(scripted.requests.length).toBeLessThan(500)
})

test('a lost engine leaves its rows, marked stale; when it returns the list is read once, from where it was', async () => {
  await scripted.start(socket)
  engine.start()
  await until(connected)
  scripted.tell('start', 'one')
  await until(exact)
  const watch = engine.objects.containers.watch(undefined)
  expect((await watch.next()).value).toMatchObject({ type: 'reset' })
  await scripted.stop()
  let message = (await watch.next()).value
  while (message?.type !== 'stale') message = (await watch.next()).value
  expect(rows()).toEqual(['web running'])
  expect(() => engine.client).toThrow('does not answer')
  scripted.containers.set('one', { name: 'web', running: false })
  scripted.requests.length = 0
  await scripted.start(socket)
  engine.reconnect()
  while (message?.type !== 'reset') message = (await watch.next()).value
  await until(() => rows()[0] === 'web exited')
  expect(scripted.requests.filter((line) => line === 'GET /v1.41/containers/json?all=1')).toHaveLength(1)
  expect(scripted.requests).toContain('GET /v1.41/events?since=1700000000.000000000')
  expect(states).toContain('unreachable')
})

test('an event that comes again after a reconnect is told once', async () => {
  await scripted.start(socket)
  const told: string[] = []
  engine.onEvent((event) => told.push(event.Action))
  engine.start()
  await until(connected)
  const text = scripted.tell('start', 'one')
  scripted.tell('', 'one', text)
  scripted.tell('die', 'one')
  await until(() => told.length >= 2)
  expect(told).toEqual(['start', 'die'])
})

test('an engine that was never there says why, and is found when it comes', async () => {
  engine.start()
  await until(() => engine.view.state.kind === 'unreachable')
  expect(engine.view.state).toMatchObject({ reason: expect.stringContaining('socket does not exist') })
  await scripted.start(socket)
  engine.reconnect()
  await until(connected)
})

test('a reconcile finds what was changed without an event', async () => {
  await scripted.start(socket)
  engine.start()
  await until(() => connected() && exact())
  scripted.containers.set('one', { name: 'renamed', running: true })
  scripted.containers.set('two', { name: 'db', running: false })
  await engine.objects.reconcile()
  await until(() => rows().join() === 'db exited,renamed running')
})

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5))
}

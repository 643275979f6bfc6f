/** The client against a scripted engine on a real socket: what goes over the wire and what comes back typed. */
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import os from 'node:os'
import path from 'node:path'
import type { Duplex } from 'node:stream'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { connectEngine, type EngineClient, pingEngine } from './client.ts'
import { parseEndpoint } from './endpoint.ts'
import { demux } from './frames.ts'

type Handler = (request: IncomingMessage, response: ServerResponse, body: string) => void

let folder: string
let socket: string
let routes: Record<string, Handler>
let seen: string[]
let onUpgrade: (request: IncomingMessage, connection: Duplex) => void = () => {}

const server = createServer((request, response) => {
  let body = ''
  request.on('data', (chunk) => {
    body += chunk
  })
  request.on('end', () => {
    seen.push(`${request.method} ${request.url} ${body}`.trim())
    const route = `${request.method} ${request.url?.split('?')[0]}`
    const handler = routes[route]
    if (handler) handler(request, response, body)
    else send(response, 404, { message: `page not found: ${route}` })
  })
})
server.on('upgrade', (request, connection) => onUpgrade(request, connection))

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'longshore-client-'))
  socket = path.join(folder, 'engine.sock')
  server.listen(socket)
  await once(server, 'listening')
})
afterAll(async () => {
  server.closeAllConnections()
  server.close()
  await rm(folder, { recursive: true })
})
beforeEach(() => {
  seen = []
  routes = {
    'GET /_ping': (_request, response) => {
      response.writeHead(200, { 'Api-Version': '1.41', 'Builder-Version': '2' })
      response.end('OK')
    },
    'GET /v1.41/version': (_request, response) => send(response, 200, { Version: '1', ApiVersion: '1.41' }),
    'GET /v1.41/info': (_request, response) => send(response, 200, { Swarm: { LocalNodeState: 'active' } }),
  }
})

function send(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'Content-Type': 'application/json' })
  response.end(JSON.stringify(value))
}

function connect(): Promise<EngineClient> {
  return connectEngine({ kind: 'unix', path: socket })
}

describe('connecting', () => {
  test('settles the version and reads what the engine can do', async () => {
    const client = await connect()
    expect(client.capabilities).toEqual({
      apiVersion: '1.41',
      longshore: false,
      portOwners: false,
      layerProgressExact: false,
      swarm: true,
      buildkit: true,
      builds: false,
    })
  })

  test('speaks no newer version than it knows', async () => {
    routes['GET /_ping'] = (_request, response) => {
      response.writeHead(200, { 'Api-Version': '1.99' })
      response.end('OK')
    }
    routes['GET /v1.51/version'] = routes['GET /v1.41/version'] as Handler
    routes['GET /v1.51/info'] = routes['GET /v1.41/info'] as Handler
    expect((await connect()).capabilities.apiVersion).toBe('1.51')
  })

  test("reads Longshore's own announcement", async () => {
    routes['GET /longshore/v1/capabilities'] = (_request, response) =>
      send(response, 200, { features: ['port-owner'] })
    const { capabilities } = await connect()
    expect(capabilities).toMatchObject({ longshore: true, portOwners: true })
  })

  test('an engine that is not there is said so', async () => {
    await expect(pingEngine({ kind: 'unix', path: '/nowhere' })).rejects.toMatchObject({
      kind: 'unavailable',
      message: expect.stringContaining('its socket does not exist'),
    })
  })
})

describe('calls', () => {
  test('send their query as a query and their body as a body', async () => {
    const client = await connect()
    routes['POST /v1.41/containers/create'] = (_request, response) =>
      send(response, 201, { Id: 'x', Warnings: null })
    routes['POST /v1.41/containers/x/start'] = (_request, response) => {
      response.writeHead(204)
      response.end()
    }
    await client.containers.create({ Image: 'a', HostConfig: {} }, 'web')
    await client.containers.start('x')
    expect(seen.slice(-2)).toEqual([
      'POST /v1.41/containers/create?name=web {"Image":"a","HostConfig":{}}',
      'POST /v1.41/containers/x/start',
    ])
  })

  test.each([
    [400, 'invalid'],
    [401, 'unauthorized'],
    [403, 'forbidden'],
    [404, 'not-found'],
    [409, 'conflict'],
    [500, 'internal'],
    [501, 'not-implemented'],
    [503, 'unavailable'],
  ])('a status %i is %s, in the engine’s own words', async (status, kind) => {
    const client = await connect()
    routes['GET /v1.41/containers/x/json'] = (_request, response) =>
      send(response, status, { message: 'so it is' })
    await expect(client.containers.inspect('x')).rejects.toMatchObject({ kind, message: 'so it is' })
  })

  test('an act that is done already is no failure', async () => {
    const client = await connect()
    routes['POST /v1.41/containers/x/stop'] = (_request, response) => {
      response.writeHead(304)
      response.end()
    }
    await client.containers.stop('x', 3)
    expect(seen.at(-1)).toBe('POST /v1.41/containers/x/stop?t=3')
  })

  test('an engine that dies in the middle of its answer is unavailable, not silent', async () => {
    const client = await connect()
    routes['GET /v1.41/containers/json'] = (_request, response) => {
      response.writeHead(200, { 'Content-Length': '1000' })
      response.write('[', () => response.destroy())
    }
    await expect(client.containers.list()).rejects.toMatchObject({ kind: 'unavailable' })
  })

  test('a name with a slash stays a path, and nothing else does', async () => {
    const client = await connect()
    await expect(client.images.inspect('reg:5000/a/b?x')).rejects.toMatchObject({ kind: 'not-found' })
    expect(seen.at(-1)).toBe('GET /v1.41/images/reg%3A5000/a/b%3Fx/json')
  })
})

describe('streams', () => {
  test('frames are cut right wherever the bytes are split', async () => {
    const client = await connect()
    const whole = Buffer.concat([frame(1, 'hello '), frame(2, 'oops'), frame(1, ''), frame(1, 'world')])
    routes['GET /v1.41/containers/x/logs'] = (_request, response) => {
      response.writeHead(200)
      let at = 0
      const next = () => {
        if (at >= whole.length) return response.end()
        response.write(whole.subarray(at, ++at), () => setImmediate(next))
        return
      }
      next()
    }
    let out = ''
    let err = ''
    for await (const piece of await client.containers.logs('x', logOptions())) {
      if (piece.stream === 'stdout') out += Buffer.from(piece.bytes).toString()
      else err += Buffer.from(piece.bytes).toString()
    }
    expect([out, err]).toEqual(['hello world', 'oops'])
  })

  test('a reader that stops reading stops the engine', async () => {
    const client = await connect()
    let written = 0
    routes['GET /v1.41/containers/x/logs'] = (_request, response) => {
      response.writeHead(200)
      const more = () => {
        while (response.write(frame(1, 'x'.repeat(65536)))) written += 65536
        written += 65536
        response.once('drain', more)
      }
      more()
    }
    const ending = new AbortController()
    const log = await client.containers.logs('x', { ...logOptions(), signal: ending.signal })
    await log.next()
    let before = -1
    while (written !== before) {
      before = written
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    expect(written).toBeLessThan(16 * 1024 * 1024)
    ending.abort()
    expect((await drain(log)).error).toBeNull()
  })

  test('events end cleanly when aborted, and with a kind when the engine goes', async () => {
    const client = await connect()
    let last: ServerResponse | null = null
    routes['GET /v1.41/events'] = (_request, response) => {
      response.writeHead(200)
      response.write('{"Type":"container","Action":"start"}\n\x1e{"Type":"image","Action":"pull"}\n{"Ty')
      last = response
    }
    const ending = new AbortController()
    const events = await client.events({ since: '5.000000001', signal: ending.signal })
    expect(seen.at(-1)).toBe('GET /v1.41/events?since=5.000000001')
    expect((await events.next()).value).toMatchObject({ Type: 'container' })
    expect((await events.next()).value).toMatchObject({ Type: 'image' })
    const rest = drain(events)
    ending.abort()
    expect((await rest).error).toBeNull()

    const others = await client.events({ signal: new AbortController().signal })
    await others.next()
    await others.next()
    const lost = drain(others)
    ;(last as ServerResponse | null)?.destroy()
    expect((await lost).error).toMatchObject({ kind: 'unavailable' })
  })

  test('a pull that fails in mid-stream throws with the kind that its words mean', async () => {
    const client = await connect()
    routes['POST /v1.41/images/create'] = (_request, response) => {
      response.writeHead(200)
      response.end(
        '{"status":"Pulling"}\n{"errorDetail":{"message":"manifest unknown"},"error":"manifest unknown"}\n',
      )
    }
    const { items, error } = await drain(client.images.pull('a:1', { signal: new AbortController().signal }))
    expect(items).toEqual([{ status: 'Pulling' }])
    expect(error).toMatchObject({ kind: 'not-found', message: 'manifest unknown' })
  })
})

describe('a hijacked connection', () => {
  test('carries bytes both ways, and closing our half leaves theirs open', async () => {
    const client = await connect()
    onUpgrade = (_request, connection) => {
      connection.write('HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\nready ')
      let heard = ''
      connection.on('data', (chunk: Buffer) => {
        heard += chunk.toString()
      })
      // Only what stands behind the request's body is stdin.
      connection.on('end', () => connection.end(`heard ${heard.replace(/^{[^}]*}/, '')}`))
    }
    const stream = await client.exec.start('e', { terminal: true })
    stream.write('one ')
    stream.end('two')
    let text = ''
    for await (const chunk of demux(stream, true)) text += Buffer.from(chunk.bytes).toString()
    expect(text).toBe('ready heard one two')
  })

  test('a refusal is an error with its kind', async () => {
    const client = await connect()
    onUpgrade = (_request, connection) => {
      const body = '{"message":"container is not running"}'
      connection.end(`HTTP/1.1 409 Conflict\r\nContent-Length: ${body.length}\r\n\r\n${body}`)
    }
    await expect(client.exec.start('e', { terminal: true })).rejects.toMatchObject({
      kind: 'conflict',
      message: 'container is not running',
    })
  })
})

test('endpoints', () => {
  expect(parseEndpoint(' unix:///run/x.sock ')).toEqual({ kind: 'unix', path: '/run/x.sock' })
  expect(parseEndpoint('/run/x.sock')).toEqual({ kind: 'unix', path: '/run/x.sock' })
  expect(parseEndpoint('tcp://10.0.0.1')).toEqual({ kind: 'tcp', host: '10.0.0.1', port: 2375 })
  for (const wrong of ['', 'http://x', 'tcp://', 'x.sock'])
    expect(() => parseEndpoint(wrong)).toThrow('address')
})

function logOptions() {
  return { follow: true, timestamps: false, terminal: false, signal: new AbortController().signal }
}

function frame(kind: number, text: string): Buffer {
  const header = Buffer.alloc(8)
  header.writeUInt8(kind, 0)
  header.writeUInt32BE(Buffer.byteLength(text), 4)
  return Buffer.concat([header, Buffer.from(text)])
}

async function drain<T>(source: AsyncIterable<T>): Promise<{ items: T[]; error: unknown }> {
  const items: T[] = []
  try {
    for await (const item of source) items.push(item)
    return { items, error: null }
  } catch (error) {
    return { items, error }
  }
}

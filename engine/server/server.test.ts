import { mkdtempSync, rmSync } from 'node:fs'
import { type IncomingMessage, request, type Server } from 'node:http'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { EngineError } from '../errors.ts'
import type { AttachQuery, Backend, DuplexStream } from './backend.ts'
import { createApi } from './server.ts'
import { listenOnSocket } from './unix-socket.ts'
import { API_VERSION } from './versions.ts'

let folder: string
let socketPath: string
let server: Server
let defects: unknown[]
let attached: AttachQuery[]
let execBodies: unknown[]
/** Resolves when a client has seen the head of an answer. */
let headSeen: PromiseWithResolvers<void>

/** A container that says everything back, and ends when its input does. */
function echo(): DuplexStream {
  const pipe = new PassThrough()
  return { terminal: true, output: pipe, input: pipe, detach: () => pipe.destroy() }
}

/** Only what these tests call: a route that went elsewhere would fail on what is not there. */
function backend(): Backend {
  const containers = {
    list: async () => '[]\n',
    attach: async (name: string, query: AttachQuery) => {
      if (name === 'nobody') throw new EngineError('not-found', 'No such container: nobody')
      attached.push(query)
      return echo()
    },
    start: async (name: string) => {
      if (name === 'up') throw new EngineError('not-modified', 'runs already')
      if (name === 'full') {
        const cause = Object.assign(new Error('write failed'), { code: 'ENOSPC' })
        throw new EngineError('internal', 'cannot record', { cause })
      }
      throw new TypeError('a defect')
    },
    inspect: async (name: string) => ({ Name: name }),
  }
  const execs = {
    start: async (id: string, request: { Detach?: boolean }) => {
      execBodies.push(request)
      if (id === 'slow') return { terminal: true, stream: headSeen.promise.then(echo) }
      return request.Detach ? null : { terminal: true, stream: Promise.resolve(echo()) }
    },
  }
  return { containers, execs, images: {}, volumes: {}, networks: {}, system: {} } as unknown as Backend
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'longshore-server-'))
  socketPath = join(folder, 's.sock')
  defects = []
  attached = []
  execBodies = []
  headSeen = Promise.withResolvers()
  server = createApi(
    backend(),
    { engineVersion: '0.0.0', experimental: false, trace: () => undefined },
    (error) => defects.push(error),
  ).server(null)
  await listenOnSocket(server, socketPath, null)
})

afterEach(async () => {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
  rmSync(folder, { recursive: true, force: true })
})

async function ask(method: string, path: string, body?: string, headers: Record<string, string> = {}) {
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const call = request({ socketPath, method, path, agent: false, headers }, resolve)
    call.on('error', reject)
    call.end(body)
  })
  return { status: answer.statusCode, headers: answer.headers, body: await text(answer) }
}

/** Sends bytes; `all` is everything until the server's end. */
function raw(bytes: string): { readonly socket: Socket; readonly all: Promise<string> } {
  const socket = connect({ path: socketPath, allowHalfOpen: true })
  socket.write(bytes)
  return { socket, all: text(socket) }
}

const attach = (more: string, body = '') =>
  `POST /v1.41/containers/c/attach?stream=1&stdin=1&stdout=1 HTTP/1.1\r\nHost: x\r\n${more}Content-Length: ${body.length}\r\n\r\n${body}`
const UPGRADE = 'Connection: Upgrade\r\nUpgrade: tcp\r\n'

test('ping, versions and errors carry Docker’s headers and bodies', async () => {
  const head = await ask('HEAD', '/_ping')
  expect(head).toMatchObject({
    status: 200,
    body: '',
    headers: { 'api-version': API_VERSION, ostype: 'linux', 'docker-experimental': 'false' },
  })
  expect(await ask('GET', '/v1.99/_ping')).toMatchObject({
    status: 400,
    body: `{"message":"client version 1.99 is too new. Maximum supported API version is ${API_VERSION}"}\n`,
  })
  expect(await ask('GET', '/v1.21/_ping')).toMatchObject({ status: 400 })
  expect(await ask('GET', '/nothing')).toMatchObject({ status: 404, body: '{"message":"page not found"}\n' })
  expect(await ask('PUT', '/containers/json')).toMatchObject({ status: 404 })
})

test('each kind of failure has its status; a defect is reported and not shown off', async () => {
  expect(await ask('POST', '/containers/up/start')).toMatchObject({ status: 304, body: '' })
  expect(await ask('POST', '/containers/full/start')).toMatchObject({
    status: 500,
    body: expect.stringContaining('no space left'),
  })
  expect(await ask('POST', '/containers/odd/start')).toMatchObject({ status: 500 })
  expect(defects).toHaveLength(2)
})

test('names are decoded, and a wrong escape names nothing worse than itself', async () => {
  expect((await ask('GET', '/containers/a%20b/json')).body).toBe('{"Name":"a b"}\n')
  expect((await ask('GET', '/containers/a%zz/json')).body).toBe('{"Name":"a%zz"}\n')
})

test('bodies that are no JSON objects are refused', async () => {
  for (const body of ['', 'not json', '[]', 'null']) {
    expect((await ask('POST', '/containers/create', body)).status, body).toBe(400)
  }
  const type = { 'Content-Type': 'text/plain' }
  expect((await ask('POST', '/containers/create', '{}', type)).status).toBe(400)
})

test('an upgrade answers 101, passes bytes both ways, and half-closes', async () => {
  const { socket, all } = raw(attach(UPGRADE))
  socket.end('hello')
  expect(await all).toBe(
    'HTTP/1.1 101 UPGRADED\r\nContent-Type: application/vnd.docker.raw-stream\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\nhello',
  )
})

test('without an upgrade the answer is 200 and the bytes are raw', async () => {
  const { socket, all } = raw(attach(''))
  await new Promise((resolve) => setImmediate(resolve))
  socket.once('data', () => socket.end('GET / HTTP/1.1\r\n\r\n'))
  expect(await all).toBe(
    'HTTP/1.1 200 OK\r\nContent-Type: application/vnd.docker.raw-stream\r\n\r\nGET / HTTP/1.1\r\n\r\n',
  )
})

test('a body before an upgrade is the body, and what follows it is input', async () => {
  const start = (body: string) =>
    `POST /exec/e/start HTTP/1.1\r\nHost: x\r\n${UPGRADE}Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`
  const body = '{"Tty":true}'
  const whole = raw(`${start(body)}${body}typed ahead`)
  whole.socket.end()
  expect(await whole.all).toMatch(/^HTTP\/1\.1 101 .*\r\n\r\ntyped ahead$/s)
  const slow = raw(start(body))
  for (const byte of body) {
    await new Promise((resolve) => setImmediate(resolve))
    slow.socket.write(byte)
  }
  slow.socket.end('later')
  expect(await slow.all).toMatch(/^HTTP\/1\.1 101 .*\r\n\r\nlater$/s)
  expect(execBodies).toEqual([{ Tty: true }, { Tty: true }])
})

test('errors of an upgrade are ordinary answers', async () => {
  const { socket, all } = raw(attach(UPGRADE).replace('/c/', '/nobody/'))
  socket.once('data', () => socket.end())
  expect(await all).toMatch(/^HTTP\/1\.1 404 Not Found\r\n.*\{"message":"No such container: nobody"\}\n$/s)
})

test.each(['', UPGRADE])(
  'the head is there before the stream, and what is sent meanwhile is kept (%j)',
  async (more) => {
    const { socket, all } = raw(
      `POST /exec/slow/start HTTP/1.1\r\nHost: x\r\n${more}Content-Length: 2\r\n\r\n{}`,
    )
    socket.once('data', (head: Buffer) => {
      expect(head.toString()).toMatch(/\r\n\r\n$/)
      socket.end('meanwhile')
      setImmediate(() => setImmediate(() => headSeen.resolve()))
    })
    expect(await all).toMatch(/\r\n\r\nmeanwhile$/)
  },
)

test('a detached exec has no stream', async () => {
  expect(await ask('POST', '/exec/e/start', '{"Detach":true}')).toMatchObject({ status: 200, body: '' })
})

test('a wish to upgrade what is no stream is answered as a plain request', async () => {
  const { all } = raw(
    'POST /session HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, close\r\nUpgrade: foo\r\n\r\n',
  )
  expect(await all).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n.*protocol foo not supported/s)
})

test('swarm is answered as by an engine outside one', async () => {
  expect(await ask('GET', '/services/x')).toMatchObject({
    status: 503,
    body: expect.stringContaining('This node is not a swarm manager'),
  })
})

test('a socket left by the dead is replaced, a living one is not', async () => {
  const second = createApi(
    backend(),
    { engineVersion: '0.0.0', experimental: false, trace: () => undefined },
    () => undefined,
  ).server(null)
  await expect(listenOnSocket(second, socketPath, null)).rejects.toThrow('already listens')
  await expect(listenOnSocket(second, join(folder, 'x'.repeat(120)), null)).rejects.toThrow('longer than 107')
})

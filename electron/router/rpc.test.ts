/**
 * One suite for both carriers: what a window may count on, whatever lies between it and the services.
 * The client half is loaded by address, not imported: electron/ and renderer/ are built apart and must stay so.
 */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { MessageChannel } from 'node:worker_threads'
import type { ClientLink } from '@orpc/client'
import { createORPCClient, isDefinedError, ORPCError, safe } from '@orpc/client'
import type { ContractRouterClient } from '@orpc/contract'
import { eventIterator, oc, type } from '@orpc/contract'
import { implement } from '@orpc/server'
import { afterEach, describe, expect, test } from 'vitest'
import { WebSocketServer } from 'ws'
import * as z from 'zod'
import { EngineError } from '../../engine/errors.ts'
import { failures } from '../contract/failures.ts'
import { portChannel, socketChannel } from './rpc-channels.ts'
import { CREDIT_BYTES, MAX_CALLS, serveChannel } from './rpc-server.ts'

const stream = oc.errors(failures).input(z.object({ count: z.number() }))
const contract = {
  echo: oc
    .errors(failures)
    .input(z.object({ text: z.string().max(10), port: z.number().optional() }))
    .output(type<{ text: string; nothing: null; missing: undefined }>()),
  refuse: oc.errors(failures).output(type<void>()),
  defect: oc.errors(failures).output(type<void>()),
  slow: oc.errors(failures).output(type<string>()),
  numbers: stream.output(eventIterator(type<number>())),
  blocks: stream.output(eventIterator(type<{ at: number; data: Uint8Array }>())),
  endless: oc.errors(failures).output(eventIterator(type<number>())),
  breaks: oc.errors(failures).output(eventIterator(type<number>())),
}
type TestClient = ContractRouterClient<typeof contract, { safe?: boolean }>

/** What the server saw, for the tests to look at. */
interface Seen {
  produced: number
  finished: number
  slowCalls: number
  releaseSlow: PromiseWithResolvers<void>
}

function router(seen: Seen) {
  const os = implement(contract)
  return os.router({
    echo: os.echo.handler(({ input }) => ({ text: input.text, nothing: null, missing: undefined })),
    refuse: os.refuse.handler(() => {
      throw new EngineError('conflict', 'cannot do it', { cause: new Error('the engine said no') })
    }),
    defect: os.defect.handler(() => {
      throw new TypeError('oops')
    }),
    slow: os.slow.handler(async () => {
      seen.slowCalls += 1
      await seen.releaseSlow.promise
      return `answer ${seen.slowCalls}`
    }),
    numbers: os.numbers.handler(async function* ({ input }) {
      for (let i = 0; i < input.count; i++) yield i
    }),
    blocks: os.blocks.handler(async function* ({ input }) {
      try {
        for (let at = 0; at < input.count; at++) {
          seen.produced += 1
          yield { at, data: Buffer.alloc(10_000, at % 256) }
        }
      } finally {
        seen.finished += 1
      }
    }),
    endless: os.endless.handler(async function* ({ signal }) {
      try {
        yield 1
        await new Promise((resolve) => signal?.addEventListener('abort', resolve))
      } finally {
        seen.finished += 1
      }
    }),
    breaks: os.breaks.handler(async function* () {
      yield 1
      throw new EngineError('not-found', 'it went away')
    }),
  })
}

interface ClientChannel {
  send(batch: readonly unknown[]): void
  close(): void
}
type Dial = (listener: unknown) => Promise<ClientChannel>
interface Connection extends ClientLink<{ safe?: boolean }> {
  readonly state: { readonly kind: string }
  onState(listener: (state: { readonly kind: string }) => void): () => void
  ready(): Promise<void>
  close(): void
}

async function clientHalf<T>(file: string): Promise<T> {
  return (await import(new URL(`../../renderer/rpc/${file}`, import.meta.url).href)) as T
}
const { connect } = await clientHalf<{ connect(dial: Dial): Connection }>('connection.ts')
const { webSocketDial } = await clientHalf<{ webSocketDial(url: string): Dial }>('websocket-link.ts')
const { portDial } = await clientHalf<{ portDial(next: () => Promise<unknown>): Dial }>('port-link.ts')
const { subscribe } = await clientHalf<{
  subscribe<T>(
    connection: Connection,
    open: (signal: AbortSignal) => Promise<AsyncIterable<T>>,
    onMessage: (message: T) => void,
  ): () => void
}>('subscribe.ts')

/** A carrier under test: how to dial it, and how to break what is open. */
interface Carrier {
  readonly dial: Dial
  breakAll(): void
  close(): Promise<void>
}

async function overSocket(seen: Seen): Promise<Carrier> {
  const http = createServer()
  const sockets = new WebSocketServer({ server: http })
  sockets.on('connection', (socket) => serveChannel(router(seen), {}, socketChannel(socket)))
  http.listen(0, '127.0.0.1')
  await once(http, 'listening')
  const breakAll = () => {
    for (const socket of sockets.clients) socket.terminate()
  }
  return {
    dial: webSocketDial(`ws://127.0.0.1:${(http.address() as AddressInfo).port}`),
    breakAll,
    async close() {
      breakAll()
      http.close()
      await once(http, 'close')
    },
  }
}

async function overPort(seen: Seen): Promise<Carrier> {
  const ports: { close(): void }[] = []
  const breakAll = () => {
    for (const port of ports.splice(0)) port.close()
  }
  return {
    dial: portDial(async () => {
      const { port1, port2 } = new MessageChannel()
      ports.push(port1)
      serveChannel(router(seen), {}, portChannel(port1))
      return port2
    }),
    breakAll,
    async close() {
      breakAll()
    },
  }
}

describe.each([
  ['WebSocket', overSocket],
  ['MessagePort', overPort],
])('over a %s', (_name, open) => {
  let carrier: Carrier
  let connection: Connection
  let seen: Seen

  async function start(): Promise<TestClient> {
    seen = { produced: 0, finished: 0, slowCalls: 0, releaseSlow: Promise.withResolvers() }
    carrier = await open(seen)
    connection = connect(carrier.dial)
    return createORPCClient<TestClient>(connection)
  }
  afterEach(async () => {
    connection.close()
    await carrier.close()
  })

  test('a call is answered, null and undefined included', async () => {
    const client = await start()
    expect(await client.echo({ text: 'hello' })).toEqual({ text: 'hello', nothing: null, missing: undefined })
  })

  test('an expected failure comes typed, with its cause folded beneath', async () => {
    const client = await start()
    const { error } = await safe(client.refuse())
    expect(isDefinedError(error) && error.code).toBe('CONFLICT')
    expect((error as ORPCError<string, unknown>).data).toEqual({
      message: 'cannot do it',
      cause: 'the engine said no',
      remedy: null,
    })
  })

  test('a defect is INTERNAL', async () => {
    const client = await start()
    const { error } = await safe(client.defect())
    expect(isDefinedError(error) && error.code).toBe('INTERNAL')
  })

  test('a wrong input is INVALID and names the field', async () => {
    const client = await start()
    const wrong = { text: 'hello', port: 'eighty' } as unknown as { text: string }
    const { error } = await safe(client.echo(wrong))
    expect(isDefinedError(error) && error.code).toBe('INVALID')
    expect(error?.message).toContain('port')
  })

  test('an unknown call and a path into the prototype are refused', async () => {
    const client = await start()
    await expect(connection.call(['constructor'], {}, { context: {} })).rejects.toMatchObject({
      code: 'INTERNAL',
    })
    await expect(connection.call(['no', 'such'], {}, { context: {} })).rejects.toBeInstanceOf(ORPCError)
    expect((await client.echo({ text: 'alive' })).text).toBe('alive')
  })

  test('100,000 items keep their order', async () => {
    const client = await start()
    let next = 0
    for await (const item of await client.numbers({ count: 100_000 })) {
      if (item !== next) expect(item).toBe(next)
      next += 1
    }
    expect(next).toBe(100_000)
  })

  test('a consumer that stops taking stops the server at its credit, and taking goes on', async () => {
    const client = await start()
    const iterator = (await client.blocks({ count: 500 }))[Symbol.asyncIterator]()
    await iterator.next()
    await settled(() => seen.produced)
    expect(seen.produced).toBeLessThanOrEqual(CREDIT_BYTES / 10_000 + 16)
    expect(seen.produced).toBeLessThan(500)
    let taken = 1
    while (!(await iterator.next()).done) taken += 1
    expect(taken).toBe(500)
    expect(seen.finished).toBe(1)
  })

  test('bytes arrive as Uint8Array of their own, not as Buffer', async () => {
    const client = await start()
    for await (const { data } of await client.blocks({ count: 3 })) {
      expect(Object.getPrototypeOf(data)).toBe(Uint8Array.prototype)
      expect(data.byteLength).toBe(10_000)
    }
  })

  test('leaving a stream runs the generator to its finally', async () => {
    const client = await start()
    for await (const _ of await client.blocks({ count: 1_000_000 })) break
    await until(() => seen.finished === 1)
  })

  test('aborting cancels a generator that waits elsewhere', async () => {
    const client = await start()
    const abort = new AbortController()
    const iterator = (await client.endless(undefined, { signal: abort.signal }))[Symbol.asyncIterator]()
    await iterator.next()
    const pending = iterator.next()
    abort.abort(new Error('enough'))
    await expect(pending).rejects.toThrow('enough')
    await until(() => seen.finished === 1)
  })

  test('a failure in mid-stream comes typed after the items before it', async () => {
    const client = await start()
    const iterator = (await client.breaks())[Symbol.asyncIterator]()
    expect(await iterator.next()).toEqual({ done: false, value: 1 })
    await expect(iterator.next()).rejects.toMatchObject({ code: 'NOT_FOUND', message: 'it went away' })
  })

  test('twenty streams run side by side', async () => {
    const client = await start()
    const counts = await Promise.all(
      Array.from({ length: 20 }, async () => {
        let count = 0
        for await (const _ of await client.numbers({ count: 2000 })) count += 1
        return count
      }),
    )
    expect(counts).toEqual(Array(20).fill(2000))
  })

  test('more calls than any page makes are refused one by one, and those under way go on', async () => {
    const client = await start()
    const first = Array.from({ length: MAX_CALLS }, () => client.slow())
    await expect(client.slow()).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    expect(seen.slowCalls).toBe(MAX_CALLS)
    seen.releaseSlow.resolve()
    await Promise.all(first)
    expect(await client.echo({ text: 'again' })).toMatchObject({ text: 'again' })
  })

  test('a lost channel fails what is under way, cancels it at the server, and is dialled again', async () => {
    const client = await start()
    const states: string[] = []
    const iterator = (await client.endless())[Symbol.asyncIterator]()
    connection.onState((state) => states.push(state.kind))
    await iterator.next()
    const pending = iterator.next()
    const call = client.slow()
    const again = client.slow(undefined, { context: { safe: true } })
    await until(() => seen.slowCalls === 2)
    carrier.breakAll()
    await expect(pending).rejects.toMatchObject({ code: 'UNAVAILABLE', defined: true })
    await expect(call).rejects.toMatchObject({ code: 'UNAVAILABLE', defined: true })
    await until(() => seen.finished === 1)
    seen.releaseSlow.resolve()
    expect(await again).toBe('answer 3')
    expect(states[0]).toBe('reconnecting')
    expect(states.at(-1)).toBe('connected')
  })

  test('a subscription opens its stream anew after a loss', async () => {
    const client = await start()
    let opened = 0
    const stop = subscribe<number>(
      connection,
      (signal) => client.endless(undefined, { signal }),
      () => {
        opened += 1
      },
    )
    await until(() => opened === 1)
    carrier.breakAll()
    await until(() => opened === 2)
    stop()
    await until(() => seen.finished === 2)
  })
})

/** Waits for a condition that must come; the test's own limit ends it otherwise. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5))
}

/** Waits until a figure stands still over many turns of the event loop. */
async function settled(figure: () => number): Promise<void> {
  for (let still = 0, last = -1; still < 20; ) {
    await new Promise((resolve) => setTimeout(resolve, 5))
    still = figure() === last ? still + 1 : 0
    last = figure()
  }
}

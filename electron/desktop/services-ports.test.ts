import { EventEmitter } from 'node:events'
import { MessageChannel, type MessagePort } from 'node:worker_threads'
import { expect, test } from 'vitest'
import { listenToMain, type ParentPort } from './services-ports.ts'

function services() {
  const parent = new EventEmitter()
  const served: MessagePort[] = []
  let stops = 0
  listenToMain(parent as unknown as ParentPort, {
    serve: (port) => served.push(port as unknown as MessagePort),
    stop: () => {
      stops++
    },
  })
  return {
    served,
    stops: () => stops,
    say: (data: unknown, ...ports: MessagePort[]) => parent.emit('message', { data, ports }),
  }
}

/** A channel, and a promise of its end as the other side hears it. */
function channel() {
  const { port1, port2 } = new MessageChannel()
  return { port: port1, closed: new Promise<void>((resolve) => port2.once('close', () => resolve())) }
}

test('a window is served over its port, and a new port closes the one before it', async () => {
  const { say, served } = services()
  const [first, second, other] = [channel(), channel(), channel()] as const
  say({ kind: 'window', windowId: 1 }, first.port)
  say({ kind: 'window', windowId: 2 }, other.port)
  say({ kind: 'window', windowId: 1 }, second.port)
  expect(served).toEqual([first.port, other.port, second.port])
  await first.closed
  second.port.close()
  other.port.close()
  await Promise.all([second.closed, other.closed])
})

test('a port that comes with anything else is closed unserved', async () => {
  const { say, served } = services()
  for (const data of [
    null,
    'window',
    {},
    { kind: 'window' },
    { kind: 'window', windowId: '1' },
    { kind: 'x' },
  ]) {
    const { port, closed } = channel()
    say(data, port)
    await closed
  }
  expect(served).toEqual([])
})

test('the word to stop is passed on', () => {
  const { say, stops } = services()
  say({ kind: 'window', windowId: 1 }) // without a port: nothing to serve
  say({ kind: 'stop' })
  expect(stops()).toBe(1)
})

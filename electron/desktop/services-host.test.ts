import { EventEmitter } from 'node:events'
import { MessageChannel, type MessagePort } from 'node:worker_threads'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { ServicesHost } from './services-host.ts'

/** A services process as Electron's main process sees it; its ports are those of worker_threads. */
class Child extends EventEmitter {
  readonly said: { message: unknown; ports: MessagePort[] }[] = []
  killed = false
  postMessage(message: unknown, ports: MessagePort[] = []): void {
    this.said.push({ message, ports })
  }
  kill(): boolean {
    this.killed = true
    this.emit('exit', 9)
    return true
  }
}

const forked = vi.hoisted(() => ({ children: [] as unknown[], calls: [] as unknown[][] }))

vi.mock('electron', () => ({
  MessageChannelMain: MessageChannel,
  utilityProcess: {
    fork: (...call: unknown[]) => {
      forked.calls.push(call)
      const child = new Child()
      forked.children.push(child)
      return child
    },
  },
}))

const children = forked.children as Child[]

function host(notes: string[] = []): ServicesHost {
  return new ServicesHost({ file: '/x/services.cjs', args: ['--state', '/s'], env: { A: 'b' } }, (line) =>
    notes.push(line),
  )
}

beforeEach(() => {
  children.length = 0
  forked.calls.length = 0
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] })
})
afterEach(() => {
  vi.useRealTimers()
})

describe('the services process', () => {
  test('is forked once, with its flags', () => {
    const services = host()
    services.start()
    services.start()
    expect(forked.calls).toHaveLength(1)
    expect(forked.calls[0]).toMatchObject(['/x/services.cjs', ['--state', '/s'], { env: { A: 'b' } }])
  })

  test('gets one end of a channel, the window the other', async () => {
    const services = host()
    services.start()
    const port = (await services.connect(3, () => {})) as unknown as MessagePort
    expect(children[0]?.said[0]?.message).toEqual({ kind: 'window', windowId: 3 })
    const [handed] = children[0]?.said[0]?.ports ?? []
    const heard = new Promise((resolve) => handed?.once('message', resolve))
    port.postMessage('call')
    expect(await heard).toBe('call')
    port.close()
  })

  test('that ended is started again, the windows are told, and who asks meanwhile waits', async () => {
    const notes: string[] = []
    const services = host(notes)
    services.start()
    const lost: string[] = []
    await services.connect(1, () => lost.push('first'))
    await services.connect(1, () => lost.push('second'))
    children[0]?.emit('exit', 1)
    expect(lost).toEqual(['second']) // the window's port of now, not the one before it
    const asking = services.connect(1, () => {})
    expect(children).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(200)
    expect(children).toHaveLength(2)
    await asking
    expect(children[1]?.said[0]?.message).toEqual({ kind: 'window', windowId: 1 })
    expect(notes).toEqual(['the services ended with 1; starting them again in 200 ms'])
  })

  test('that keeps ending is started less and less often, until it has run well for a while', async () => {
    const notes: string[] = []
    const services = host(notes)
    services.start()
    for (let ended = 0; ended < 8; ended++) {
      children.at(-1)?.emit('exit', 1)
      await vi.advanceTimersByTimeAsync(10_000)
    }
    const waits = notes.map((line) => Number(/in (\d+) ms/.exec(line)?.[1]))
    expect(waits).toEqual([200, 400, 800, 1600, 3200, 6400, 10_000, 10_000])
    await vi.advanceTimersByTimeAsync(30_000)
    children.at(-1)?.emit('exit', 1)
    expect(notes.at(-1)).toContain('in 200 ms')
  })

  test('is asked to stop, and not started again', async () => {
    const services = host()
    services.start()
    const stopped = services.stop()
    expect(children[0]?.said[0]?.message).toEqual({ kind: 'stop' })
    children[0]?.emit('exit', 0)
    await stopped
    await vi.advanceTimersByTimeAsync(60_000)
    expect(children).toHaveLength(1)
    await expect(services.connect(1, () => {})).rejects.toThrow('Longshore is closing')
  })

  test('that does not stop is killed', async () => {
    const services = host()
    services.start()
    const stopped = services.stop()
    await vi.advanceTimersByTimeAsync(5000)
    expect(children[0]?.killed).toBe(true)
    await stopped
  })

  test('that is gone needs no stopping, and who waited is told', async () => {
    const services = host()
    services.start()
    children[0]?.emit('exit', 1)
    const asking = services.connect(1, () => {})
    const refused = expect(asking).rejects.toThrow('Longshore is closing')
    await services.stop()
    await refused
  })
})

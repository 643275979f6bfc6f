import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'

const NONCE = '3f2b8c1e-8d7a-4c55-9a41-0f6f3a2b7c10'
const OTHER = '9d6d7f0a-3b1c-4a52-8e8f-5a1f0c6f7b21'
const ORIGIN = 'app://longshore'

type Listener = (event: unknown, ...rest: unknown[]) => void

const ipc = vi.hoisted(() => ({ sent: [] as unknown[][], listeners: new Map<string, unknown>() }))

vi.mock('electron', () => ({
  ipcRenderer: {
    send: (...message: unknown[]) => ipc.sent.push(message),
    on: (channel: string, listener: unknown) => ipc.listeners.set(channel, listener),
  },
}))

/** The page's window as far as the preload touches it; anything that it would define on it shows in its keys. */
function pageWindow() {
  const listeners: Listener[] = []
  const posted: { message: unknown; origin: unknown; ports: unknown }[] = []
  const page = {
    addEventListener: (_type: string, listener: Listener) => listeners.push(listener),
    postMessage: (message: unknown, origin: unknown, ports: unknown) =>
      posted.push({ message, origin, ports }),
  }
  const hear = (event: unknown) => {
    for (const listener of listeners) listener(event)
  }
  return { page, posted, hear }
}

let window: ReturnType<typeof pageWindow>

beforeEach(async () => {
  ipc.sent.length = 0
  ipc.listeners.clear()
  vi.resetModules()
  window = pageWindow()
  vi.stubGlobal('window', window.page)
  vi.stubGlobal('location', { origin: ORIGIN })
  await import('./preload.ts')
})
afterEach(() => vi.unstubAllGlobals())

const ask = (nonce: unknown, event: object = {}) =>
  window.hear({ source: window.page, origin: ORIGIN, data: { longshore: 'ask-port', nonce }, ...event })

function answer(nonce: unknown, port: { close(): void } = { close: () => {} }): void {
  const listener = ipc.listeners.get('longshore:port') as Listener
  listener({ ports: [port] }, nonce)
}

describe('the preload', () => {
  test('exposes nothing to the page', () => {
    expect(Object.keys(window.page)).toEqual(['addEventListener', 'postMessage'])
    expect(window.posted).toEqual([])
    expect(ipc.sent).toEqual([])
    expect([...ipc.listeners.keys()]).toEqual(['longshore:port', 'longshore:port-lost'])
  })

  test('asks for a port and hands it to the page, under its nonce and to its origin alone', () => {
    ask(NONCE)
    expect(ipc.sent).toEqual([['longshore:port', NONCE]])
    const port = { close: vi.fn() }
    answer(NONCE, port)
    expect(window.posted).toEqual([
      { message: { longshore: 'port', nonce: NONCE }, origin: ORIGIN, ports: [port] },
    ])
    expect(port.close).not.toHaveBeenCalled()
  })

  test('drops an answer that nobody asked for, and one that comes twice', () => {
    const ports = [{ close: vi.fn() }, { close: vi.fn() }, { close: vi.fn() }] as const
    answer(OTHER, ports[0])
    ask(NONCE)
    answer(OTHER, ports[1])
    expect(window.posted).toEqual([])
    answer(NONCE)
    answer(NONCE, ports[2])
    expect(window.posted).toHaveLength(1)
    for (const port of ports) expect(port.close).toHaveBeenCalledOnce()
  })

  test.each([
    ['a frame inside the page', NONCE, { source: {} }],
    ['another site', NONCE, { origin: 'https://evil.example' }],
    ['an opaque origin', NONCE, { origin: 'null' }],
    ['a nonce of another shape', 'x', {}],
    ['a nonce that is no text', [NONCE], {}],
    ['no nonce', undefined, {}],
    ['another question', NONCE, { data: { longshore: 'ask-files', nonce: NONCE } }],
    ['nothing', NONCE, { data: null }],
  ])('does not pass on %s', (_what, nonce, event) => {
    ask(nonce, event)
    expect(ipc.sent).toEqual([])
  })

  test('asks once for each nonce', () => {
    ask(NONCE)
    ask(NONCE)
    answer(NONCE)
    ask(NONCE)
    expect(ipc.sent).toHaveLength(1)
    ask(OTHER)
    expect(ipc.sent).toHaveLength(2)
  })

  test('tells the page that its port is dead, and only that one', () => {
    const lost = ipc.listeners.get('longshore:port-lost') as Listener
    ask(NONCE)
    answer(NONCE)
    lost({}, OTHER)
    expect(window.posted).toHaveLength(1)
    lost({}, NONCE)
    expect(window.posted[1]).toEqual({
      message: { longshore: 'port-lost', nonce: NONCE },
      origin: ORIGIN,
      ports: [],
    })
  })
})

import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { FromPreload, PortQuestion } from '../../electron/contract/window-port.ts'
import { askForPort, isDesktopShell } from './window-port.ts'

const ORIGIN = 'app://longshore'

/** The page's window, and what was asked of it. */
let page: EventTarget & { postMessage(message: PortQuestion, origin: string): void }
let asked: { readonly question: PortQuestion; readonly origin: string }[]

beforeEach(() => {
  asked = []
  page = Object.assign(new EventTarget(), {
    postMessage: (question: PortQuestion, origin: string) => {
      asked.push({ question, origin })
    },
  })
  vi.stubGlobal('window', page)
  vi.stubGlobal('location', { origin: ORIGIN, protocol: 'app:' })
})
afterEach(() => vi.unstubAllGlobals())

/** Says something to the page, as the preload does unless `as` says otherwise. */
function say(data: FromPreload, port?: MessagePort, as: { source?: unknown; origin?: string } = {}): void {
  const event = new Event('message')
  page.dispatchEvent(
    Object.assign(event, {
      data,
      source: page,
      origin: ORIGIN,
      ports: port === undefined ? [] : [port],
      ...as,
    }),
  )
}

/** Closes a channel and waits until the page's end has heard of it. */
function closed(pageEnd: MessagePort, otherEnd: MessagePort): Promise<unknown> {
  const heard = new Promise((resolve) => pageEnd.addEventListener('close', resolve, { once: true }))
  pageEnd.start()
  otherEnd.close()
  return heard
}

/** Whether a promise has settled by now. */
async function settled(promise: Promise<unknown>): Promise<boolean> {
  const pending = Symbol('pending')
  return (await Promise.race([promise, Promise.resolve(pending)])) !== pending
}

test('the page asks its own origin, with a fresh nonce each time, and takes the port that answers it', async () => {
  const first = askForPort()
  void askForPort()
  expect(asked.map(({ origin }) => origin)).toEqual([ORIGIN, ORIGIN])
  const [one, two] = asked.map(({ question }) => question.nonce)
  expect(one).not.toBe(two)
  const { port1, port2 } = new MessageChannel()
  say({ longshore: 'port', nonce: one ?? '' }, port1)
  expect(await first).toBe(port1)
  await closed(port1, port2)
})

test('an answer to another question, from a frame or from another site is not believed', async () => {
  const asking = askForPort()
  const nonce = asked[0]?.question.nonce ?? ''
  const { port1, port2 } = new MessageChannel()
  say({ longshore: 'port', nonce: crypto.randomUUID() }, port1)
  say({ longshore: 'port', nonce }, port1, { source: {} })
  say({ longshore: 'port', nonce }, port1, { origin: 'https://evil.example' })
  say({ longshore: 'port', nonce })
  expect(await settled(asking)).toBe(false)
  await closed(port1, port2)
})

test('a port hears of the end of its services, and of no others', async () => {
  const asking = askForPort()
  const nonce = asked[0]?.question.nonce ?? ''
  const { port1, port2 } = new MessageChannel()
  say({ longshore: 'port', nonce }, port1)
  const port = await asking
  let closes = 0
  port.addEventListener('close', () => {
    closes++
  })
  say({ longshore: 'port-lost', nonce: crypto.randomUUID() })
  expect(closes).toBe(0)
  say({ longshore: 'port-lost', nonce })
  expect(closes).toBe(1)
  await closed(port1, port2)
})

test('only the desktop shell has a page at app:', () => {
  expect(isDesktopShell()).toBe(true)
  vi.stubGlobal('location', { origin: 'http://127.0.0.1:4000', protocol: 'http:' })
  expect(isDesktopShell()).toBe(false)
})

/**
 * Preload: hands the page one port and nothing else. It runs sandboxed beside the page, exposes no function and no
 * object to it, and carries one kind of question to the main process.
 *
 * The nonce is the page's: an answer for a document that was reloaded away, or one that nobody asked for, is dropped
 * and its port closed.
 */
import { ipcRenderer } from 'electron'
import type { FromPreload, PortQuestion } from '../contract/window-port.ts'

/** The channels to the main process; desktop/port-handover.ts has the same names, and a test compares them. */
const PORT = 'longshore:port'
const PORT_LOST = 'longshore:port-lost'

/** The shape of `crypto.randomUUID()`. */
const NONCE = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

/** The nonces that were asked and not answered yet, and the one whose port the page holds. */
const asked = new Set<string>()
let held: string | null = null

window.addEventListener('message', (event: MessageEvent<unknown>) => {
  // Only the page itself: a frame inside it has another `source`, another site has another `origin`.
  if (event.source !== window || event.origin !== location.origin) return
  const question = event.data as Partial<PortQuestion> | null
  if (question?.longshore !== 'ask-port') return
  const { nonce } = question
  if (typeof nonce !== 'string' || !NONCE.test(nonce) || asked.has(nonce) || nonce === held) return
  asked.add(nonce)
  ipcRenderer.send(PORT, nonce)
})

ipcRenderer.on(PORT, (event, nonce: unknown) => {
  const [port] = event.ports
  if (port === undefined) return
  if (typeof nonce !== 'string' || !asked.delete(nonce)) {
    port.close()
    return
  }
  held = nonce
  tell({ longshore: 'port', nonce }, port)
})

ipcRenderer.on(PORT_LOST, (_event, nonce: unknown) => {
  if (typeof nonce !== 'string' || nonce !== held) return
  held = null
  tell({ longshore: 'port-lost', nonce })
})

/** Posts to the page, and to it alone: the target origin is the preload's own. */
function tell(message: FromPreload, port?: MessagePort): void {
  window.postMessage(message, location.origin, port === undefined ? [] : [port])
}

/** The page's side of the desktop shell's handover: asks for a port and believes only the answer to its own nonce. */
import type { FromPreload, PortQuestion } from '../../electron/contract/window-port.ts'

/** True in the desktop shell, whose page has an address of its own; elsewhere the page comes over http. */
export function isDesktopShell(): boolean {
  return location.protocol === 'app:'
}

/**
 * Asks the preload for a fresh port to the services. Waits as long as they take to start. When they end, the port
 * gets a `close` event, whether or not the browser gives one by itself.
 */
export function askForPort(): Promise<MessagePort> {
  const nonce = crypto.randomUUID()
  return new Promise((resolve) => {
    let port: MessagePort | undefined
    const onMessage = (event: MessageEvent<unknown>) => {
      if (event.source !== window || event.origin !== location.origin) return
      const answer = event.data as Partial<FromPreload> | null
      if (answer?.nonce !== nonce) return
      if (answer.longshore === 'port' && event.ports[0] !== undefined && port === undefined) {
        port = event.ports[0]
        // The listener stays for the news of the port's end, and goes with it.
        port.addEventListener('close', () => window.removeEventListener('message', onMessage), { once: true })
        resolve(port)
      } else if (answer.longshore === 'port-lost') {
        port?.dispatchEvent(new Event('close'))
      }
    }
    window.addEventListener('message', onMessage)
    window.postMessage({ longshore: 'ask-port', nonce } satisfies PortQuestion, location.origin)
  })
}

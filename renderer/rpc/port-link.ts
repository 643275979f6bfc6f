/** Dials the desktop shell: batches by structured clone over a MessagePort that the preload hands in. */
import type { ServerFrame } from '../../electron/contract/wire.ts'
import type { Dial } from './connection.ts'

/** A dialler that asks `nextPort` for a fresh port each time (the services may have been restarted). */
export function portDial(nextPort: () => Promise<MessagePort>): Dial {
  return async (listener) => {
    const port = await nextPort()
    port.addEventListener('message', (event: MessageEvent) => {
      listener.onBatch(event.data as readonly ServerFrame[])
    })
    port.addEventListener('close', () => listener.onClose('the services ended'), { once: true })
    port.start()
    return {
      send: (batch) => port.postMessage(batch),
      close: () => {
        port.close()
        listener.onClose('closed')
      },
    }
  }
}

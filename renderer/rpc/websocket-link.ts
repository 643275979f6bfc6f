/** Dials the headless shell: MessagePack batches over a WebSocket at the page's own address. */
import { Packr } from 'msgpackr'
import type { ServerFrame } from '../../electron/contract/wire.ts'
import type { Dial } from './connection.ts'
import { RefusedError } from './connection.ts'

/** Without records no decoder is compiled at run time, which the page's CSP would refuse. */
const codec = new Packr({ useRecords: false, moreTypes: false })

/**
 * A dialler for `url` (ws:). `isRefused` is asked when the socket does not open, because a browser does not tell a
 * page the status of a refused upgrade: true means that this window is not signed in any more.
 */
export function webSocketDial(url: string, isRefused: () => Promise<boolean> = async () => false): Dial {
  return (listener) =>
    new Promise((resolve, reject) => {
      const socket = new WebSocket(url)
      socket.binaryType = 'arraybuffer'
      let opened = false
      socket.addEventListener('open', () => {
        opened = true
        resolve({
          send: (batch) => {
            if (socket.readyState === WebSocket.OPEN) socket.send(new Uint8Array(codec.pack(batch)))
          },
          close: () => socket.close(),
        })
      })
      socket.addEventListener('message', (event) => {
        listener.onBatch(codec.unpack(new Uint8Array(event.data as ArrayBuffer)) as readonly ServerFrame[])
      })
      socket.addEventListener('close', (event) => {
        if (opened) {
          listener.onClose(event.reason || 'the services closed the connection')
          return
        }
        isRefused().then(
          (refused) =>
            reject(
              refused
                ? new RefusedError('this window is not signed in; open a new link')
                : new Error('the services do not answer'),
            ),
          () => reject(new Error('the services do not answer')),
        )
      })
    })
}

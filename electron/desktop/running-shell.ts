/**
 * Joins a Longshore that runs already on the same state folder: this process then has no services of its own and
 * passes each window's frames on to those, over the WebSocket that a browser would use.
 */
import { Packr } from 'msgpackr'
import { WebSocket } from 'ws'
import type { ClosablePort } from './services-ports.ts'

/** As on the other end (rpc-channels.ts). */
const codec = new Packr({ useRecords: false, moreTypes: false })

/** The session with the running shell. */
export interface RunningShell {
  /** Passes a window's frames on, both ways, until either end closes. */
  serve(port: ClosablePort): void
}

/**
 * Signs in with a one-time link. `ended` is called when the running shell goes away, once.
 * Throws when the link is refused or nobody answers.
 */
export async function joinRunningShell(link: string, ended: () => void): Promise<RunningShell> {
  const { origin, host } = new URL(link)
  const answer = await fetch(link, { redirect: 'manual' })
  const cookie = answer.headers.getSetCookie()[0]?.split(';')[0]
  if (cookie === undefined) {
    throw new Error(
      `the Longshore that runs at ${origin} did not let this window in (status ${answer.status})`,
    )
  }
  let over = false
  return {
    serve(port) {
      const socket = new WebSocket(`ws://${host}/rpc`, { headers: { Cookie: cookie, Origin: origin } })
      socket.on('open', () => {
        port.on('message', (message) => {
          const batch = Array.isArray(message) ? message : (message as { data?: unknown } | null)?.data
          if (Array.isArray(batch)) socket.send(codec.pack(batch))
        })
        port.start()
      })
      socket.on('message', (data, binary) => {
        // Over a plain Uint8Array msgpackr yields Uint8Array, as the window expects, and not Buffer.
        if (binary && Buffer.isBuffer(data)) port.postMessage(codec.unpack(Uint8Array.from(data)))
      })
      socket.on('error', () => socket.terminate())
      let closedHere = false
      socket.on('close', () => {
        const lost = !closedHere // looked at first: closing the port may emit its end at once
        port.close()
        if (!lost || over) return
        over = true
        ended()
      })
      port.on('close', () => {
        closedHere = true
        socket.close()
      })
    },
  }
}

/**
 * Gives a window its port to the services. The page's question is believed only if it comes from the top frame of a
 * window of ours that shows our page; every other sender is refused and noted, and learns nothing.
 */
import type { IpcMainEvent, MessagePortMain, WebContents, WebFrameMain } from 'electron'
import { isPageUrl } from './page-address.ts'

/** The channels to the preload; preload/preload.ts has the same names, and a test compares them. */
export const PORT = 'longshore:port'
export const PORT_LOST = 'longshore:port-lost'

/** The shape of `crypto.randomUUID()`. */
const NONCE = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

/** What is needed of Electron's ipcMain. */
export interface PortQuestions {
  on(channel: string, listener: (event: IpcMainEvent, nonce: unknown) => void): unknown
}

/** What is needed of the services' host. */
export interface PortSource {
  /** A fresh port to the services, in which `lost` is called once if they end. Rejects while stopping. */
  connect(windowId: number, lost: () => void): Promise<MessagePortMain>
}

/** The windows that may ask, and where refusals are noted. */
export interface PortHandoverDeps {
  isOurs(contents: WebContents): boolean
  readonly services: PortSource
  note(line: string): void
}

/** Answers every question for a port that comes over `questions`. */
export function handOverPorts(questions: PortQuestions, deps: PortHandoverDeps): void {
  const used = new Set<string>()
  questions.on(PORT, (event, nonce) => {
    const frame = event.senderFrame
    const why = refusal(event, frame, nonce, used, deps)
    if (why !== undefined || frame === null || typeof nonce !== 'string') {
      deps.note(`refused a port: ${why}`)
      return
    }
    used.add(nonce)
    const lost = () => {
      if (!frame.isDestroyed()) frame.send(PORT_LOST, nonce)
    }
    deps.services
      .connect(event.sender.id, lost)
      .then((port) => {
        // The document may have gone while the services started.
        if (frame.isDestroyed() || !isPageUrl(frame.url)) port.close()
        else frame.postMessage(PORT, nonce, [port])
      })
      .catch((error: unknown) => deps.note(`no port for the window: ${String(error)}`))
  })
}

/** Why a question is not answered; undefined when it is. */
function refusal(
  event: IpcMainEvent,
  frame: WebFrameMain | null,
  nonce: unknown,
  used: ReadonlySet<string>,
  deps: PortHandoverDeps,
): string | undefined {
  if (!deps.isOurs(event.sender)) return 'the sender is no window of ours'
  if (frame === null) return 'the frame that asked is gone'
  if (frame.parent !== null) return `${frame.url} is not the top frame`
  if (!isPageUrl(frame.url)) return `${frame.url} is not our page`
  if (typeof nonce !== 'string' || !NONCE.test(nonce)) return 'the nonce is malformed'
  if (used.has(nonce)) return 'the nonce was used before'
  return undefined
}

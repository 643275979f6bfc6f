/** Which way leads to the services from this page: the desktop shell's port, or the headless shell's socket. */
import type { Dial } from '../rpc/connection.ts'
import { portDial } from '../rpc/port-link.ts'
import { webSocketDial } from '../rpc/websocket-link.ts'
import { askForPort, isDesktopShell } from '../rpc/window-port.ts'

export function dialServices(): Dial {
  if (isDesktopShell()) return portDial(askForPort)
  const scheme = location.protocol === 'https:' ? 'wss' : 'ws'
  return webSocketDial(`${scheme}://${location.host}/rpc`, async () => {
    const answer = await fetch('/session', { cache: 'no-store' })
    return answer.status === 401 || answer.status === 403
  })
}

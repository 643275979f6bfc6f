/** The services process's ear to the main process: a port for a window, or the word to stop. */
import type { ServerPort } from '../router/rpc-channels.ts'

/** What the main process says; the same as `ToServices` of services-host.ts, checked where it arrives. */
interface Said {
  readonly kind?: unknown
  readonly windowId?: unknown
}

/** A port that can be closed, as `MessagePortMain` and worker_threads' ports can. */
export interface ClosablePort extends ServerPort {
  close(): void
}

/** `process.parentPort` as far as it is needed. */
export interface ParentPort {
  on(event: 'message', listener: (event: { data: unknown; ports: ClosablePort[] }) => void): unknown
}

/** What is done with what arrives. */
export interface PortDuties {
  /** Answers one window's calls until its port closes. */
  serve(port: ClosablePort): void
  /** Writes what is kept and ends the process. */
  stop(): void
}

/**
 * Listens to the main process. A window has one port: when it asks for another (it was loaded again), the one before
 * is closed, which cancels what it was still running. Ports that come with anything else are closed unserved.
 */
export function listenToMain(parent: ParentPort, duties: PortDuties): void {
  const ports = new Map<number, ClosablePort>()
  parent.on('message', ({ data, ports: handed }) => {
    const said = (typeof data === 'object' && data !== null ? data : {}) as Said
    const [port] = handed
    if (said.kind === 'stop') {
      duties.stop()
    } else if (said.kind === 'window' && typeof said.windowId === 'number' && port !== undefined) {
      const { windowId } = said
      ports.get(windowId)?.close()
      ports.set(windowId, port)
      port.on('close', () => {
        if (ports.get(windowId) === port) ports.delete(windowId)
      })
      duties.serve(port)
    } else {
      for (const stray of handed) stray.close()
    }
  })
}

/** The services process: what Electron's utilityProcess runs. It has no window and never sees Electron itself. */
import { portChannel } from '../router/rpc-channels.ts'
import { startServices } from '../router/start-services.ts'
import { readServicesArguments } from './services-arguments.ts'
import type { FromServices } from './services-host.ts'
import { listenToMain, type ParentPort } from './services-ports.ts'

/** Electron's own port to the main process; a plain Node has none. */
interface UtilityParent extends ParentPort {
  postMessage(message: FromServices): void
}

const parent = (process as unknown as { readonly parentPort?: UtilityParent }).parentPort
if (parent === undefined) throw new Error('This is started by the desktop application, not by hand.')

try {
  const services = startServices(readServicesArguments(process.argv.slice(2), process.env))
  listenToMain(parent, {
    serve: (port) => services.serve(portChannel(port)),
    stop: () => {
      services.close()
      process.exit(0)
    },
  })
  parent.postMessage({ kind: 'ready' })
} catch (error) {
  parent.postMessage({ kind: 'failed', reason: error instanceof Error ? error.message : String(error) })
  process.exitCode = 1
}

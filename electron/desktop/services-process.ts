/**
 * The services process: what Electron's utilityProcess runs. It has no window and never sees Electron itself.
 * There is one for each state folder: where a shell runs already, this one joins it, and a shell that comes later
 * joins this one.
 */
import { takeState } from '../headless/control-socket.ts'
import { type Headless, startHeadless } from '../headless/server.ts'
import { portChannel } from '../router/rpc-channels.ts'
import { startServices } from '../router/start-services.ts'
import { joinRunningShell } from './running-shell.ts'
import { readServicesArguments } from './services-arguments.ts'
import type { FromServices } from './services-host.ts'
import { listenToMain, type ParentPort, type PortDuties } from './services-ports.ts'

/** Electron's own port to the main process; a plain Node has none. */
interface UtilityParent extends ParentPort {
  postMessage(message: FromServices): void
}

/** Takes the state folder and starts the services, or joins whoever has it. */
async function begin(): Promise<PortDuties> {
  const { services: options, page } = readServicesArguments(process.argv.slice(2), process.env)
  const taken = await takeState(options.stateDirectory)
  if ('runningLink' in taken) {
    // When the other shell ends, this process does too; started again, it finds the folder free.
    const running = await joinRunningShell(taken.runningLink, () => process.exit(0))
    return { serve: (port) => running.serve(port), stop: () => process.exit(0) }
  }
  const services = startServices(options)
  // Nothing listens on a network port until someone asks for a link.
  let headless: Promise<Headless> | undefined
  taken.socket.serve(async () => {
    headless ??= startHeadless({
      serve: (channel) => services.serve(channel),
      rendererDirectory: page,
      port: 0,
    })
    return (await headless).link()
  })
  const stop = async () => {
    await (await headless)?.close()
    services.close()
    await taken.socket.close()
  }
  return {
    serve: (port) => services.serve(portChannel(port)),
    stop: () => void stop().finally(() => process.exit(0)),
  }
}

const parent = (process as unknown as { readonly parentPort?: UtilityParent }).parentPort
if (parent === undefined) throw new Error('This is started by the desktop application, not by hand.')

begin().then(
  (duties) => {
    listenToMain(parent, duties)
    parent.postMessage({ kind: 'ready' })
  },
  (error: unknown) => {
    parent.postMessage({ kind: 'failed', reason: error instanceof Error ? error.message : String(error) })
    // After the message has gone.
    setImmediate(() => process.exit(1))
  },
)

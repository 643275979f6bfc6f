/** `longshore serve`: the services and the headless shell in one process, until a signal ends it. */
import path from 'node:path'
import { takeState } from '../headless/control-socket.ts'
import { startHeadless } from '../headless/server.ts'
import { startServices } from '../router/start-services.ts'
import type { CliOptions } from './options.ts'
import { servicesOptions, TOP } from './places.ts'

/** Resolves when it has ended, to the exit code. */
export async function serve(options: CliOptions, version: string): Promise<number> {
  const taken = await takeState(options.stateDirectory)
  if ('runningLink' in taken) {
    console.log('Longshore runs already on this state folder; here is a new link to it.')
    console.log(`open ${taken.runningLink}`)
    return 0
  }
  const services = startServices(servicesOptions(options, version))
  // Terminals and logs of other windows live here: one failed use case must not take them all down.
  process.on('unhandledRejection', (error) => console.error('longshore: a defect:', error))
  try {
    const shell = await startHeadless({
      serve: (channel) => services.serve(channel),
      rendererDirectory: path.join(TOP, 'dist/renderer'),
      port: options.port,
    })
    taken.socket.serve(() => shell.link())
    console.log(`open ${shell.link()}`)
    await endingSignal()
    await shell.close()
    return 0
  } finally {
    services.close()
    await taken.socket.close()
  }
}

/** SIGINT or SIGTERM; a second one ends the process at once. */
function endingSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve())
  })
}

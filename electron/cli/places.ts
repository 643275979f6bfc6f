/** Where the parts of this checkout lie. */
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ServicesOptions } from '../router/start-services.ts'
import type { CliOptions } from './options.ts'

/** The folder of package.json. */
export const TOP = path.dirname(path.dirname(path.dirname(fileURLToPath(import.meta.url))))

/** What the services are told when they run in this process. */
export function servicesOptions(options: CliOptions, version: string): ServicesOptions {
  return {
    stateDirectory: options.stateDirectory,
    shell: 'headless',
    version,
    environment: process.env,
    stopEngineOnExit: options.stopEngineOnExit,
    embedded: {
      program: path.join(TOP, 'engine/main.ts'),
      node: process.execPath,
      root: options.engineRoot,
      socket: options.engineSocket,
    },
  }
}

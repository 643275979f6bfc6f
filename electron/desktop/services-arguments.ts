/** The command line between the main process and the services process: written on one side, read on the other. */
import { parseArgs } from 'node:util'
import type { ServicesOptions } from '../router/start-services.ts'

/** What the services are told at their start. Absolute paths. */
export interface ServicesArguments {
  readonly state: string
  readonly root: string
  readonly socket: string
  /** The engine's entry, and the Node that runs it; both are missing where there is no embedded engine. */
  readonly engine: string
  readonly node: string
  /** The folder of the built page, for a shell in a browser that joins. */
  readonly page: string
  readonly version: string
  readonly stopEngineOnExit: boolean
}

/** As arguments for the services process. */
export function writeServicesArguments(given: ServicesArguments): readonly string[] {
  return [
    ...['--state', given.state, '--root', given.root, '--socket', given.socket],
    ...['--engine', given.engine, '--node', given.node, '--page', given.page, '--app-version', given.version],
    ...(given.stopEngineOnExit ? ['--stop-engine-on-exit'] : []),
  ]
}

/** Back from arguments. Throws when one is missing, which only a mistake in the shell can cause. */
export function readServicesArguments(
  argv: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): { readonly services: ServicesOptions; readonly page: string } {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      state: { type: 'string' },
      root: { type: 'string' },
      socket: { type: 'string' },
      engine: { type: 'string' },
      node: { type: 'string' },
      page: { type: 'string' },
      'app-version': { type: 'string' },
      'stop-engine-on-exit': { type: 'boolean' },
    },
  })
  const text = (name: 'state' | 'root' | 'socket' | 'engine' | 'node' | 'page' | 'app-version') => {
    const value = values[name]
    if (value === undefined) throw new Error(`the desktop shell did not say --${name}`)
    return value
  }
  return {
    page: text('page'),
    services: {
      shell: 'desktop',
      stateDirectory: text('state'),
      version: text('app-version'),
      environment,
      stopEngineOnExit: values['stop-engine-on-exit'] === true,
      embedded: {
        program: text('engine'),
        node: text('node'),
        root: text('root'),
        socket: text('socket'),
      },
    },
  }
}

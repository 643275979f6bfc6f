/** The command line and the environment, read into plain values. Pure. */
import os from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { EngineError } from '../../engine/errors.ts'

export type Command = 'open' | 'serve' | 'ps' | 'images' | 'help' | 'version'

export interface CliOptions {
  readonly command: Command
  readonly port: number
  readonly stateDirectory: string
  readonly engineRoot: string
  readonly engineSocket: string
  readonly stopEngineOnExit: boolean
}

export const HELP = `Longshore, a container manager with an engine of its own.

  longshore                 open the window; without Electron or a display, print a link to it
  longshore serve           serve the window to a browser and print the link
  longshore engine ...      the engine itself (longshore engine help)
  longshore build ...       an image from a Dockerfile (longshore build --help)
  longshore builder ...     its cache and its history (longshore builder help)
  longshore compose ...     stacks from compose files (longshore compose help)
  longshore ps | images     containers or images of the embedded engine, one a line
  longshore help | version

Options of the first two
  --port PORT               of the link; any free one when left out
  --state FOLDER            settings, tasks and the like      (LONGSHORE_STATE)
  --root FOLDER             the embedded engine's storage     (LONGSHORE_ROOT)
  --socket PATH             the embedded engine's socket      (LONGSHORE_SOCKET)
  --stop-engine-on-exit     end the embedded engine with this program, if it started it
`

const COMMANDS: Readonly<Record<string, Command>> = {
  open: 'open',
  serve: 'serve',
  ps: 'ps',
  images: 'images',
  help: 'help',
  version: 'version',
}

type Environment = Readonly<Record<string, string | undefined>>

/** Throws `invalid` for what it does not know. */
export function readOptions(args: readonly string[], environment: Environment, uid: number): CliOptions {
  const { values, positionals } = parse(args)
  const command = values.help ? 'help' : values.version ? 'version' : COMMANDS[positionals[0] ?? 'open']
  if (!command || positionals.length > 1) {
    throw new EngineError('invalid', `"${positionals.join(' ')}" is not a command; see "longshore help"`)
  }
  const port = Number(values.port ?? 0)
  if (!Number.isInteger(port) || port < 0 || port > 65535) {
    throw new EngineError('invalid', `--port ${values.port} is not a port`)
  }
  const places = defaultPlaces(environment, uid)
  return {
    command,
    port,
    stateDirectory: path.resolve(values.state ?? environment.LONGSHORE_STATE ?? places.state),
    engineRoot: path.resolve(values.root ?? environment.LONGSHORE_ROOT ?? places.root),
    engineSocket: path.resolve(values.socket ?? environment.LONGSHORE_SOCKET ?? places.socket),
    stopEngineOnExit: values['stop-engine-on-exit'] ?? false,
  }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        port: { type: 'string' },
        state: { type: 'string' },
        root: { type: 'string' },
        socket: { type: 'string' },
        'stop-engine-on-exit': { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
        version: { type: 'boolean', short: 'v' },
      },
    })
  } catch (cause) {
    throw new EngineError('invalid', `${(cause as Error).message}; see "longshore help"`, { cause })
  }
}

/** As root the system's folders, else the user's (XDG base directories). */
function defaultPlaces(environment: Environment, uid: number) {
  const home = environment.HOME ?? os.homedir()
  const state = path.join(environment.XDG_STATE_HOME || path.join(home, '.local/state'), 'longshore')
  if (uid === 0) return { state, root: '/var/lib/longshore', socket: '/run/longshore/engine.sock' }
  return {
    state,
    root: path.join(environment.XDG_DATA_HOME || path.join(home, '.local/share'), 'longshore'),
    socket: path.join(environment.XDG_RUNTIME_DIR || `/run/user/${uid}`, 'longshore/engine.sock'),
  }
}

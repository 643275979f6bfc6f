/** What the desktop shell is told at its start: where things are and which engine to use. */
import os from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'

/** The folders and flags of one start. Absolute paths. */
export interface DesktopSettings {
  /** The application's state folder; Chromium's own profile lies in `window` below it. */
  readonly state: string
  /** Flags for the services, as the command line of `longshore` has them. */
  readonly serviceArgs: readonly string[]
}

/**
 * Reads the command line and the environment. Flags that are not Longshore's are Chromium's and are left to it;
 * a flag wins over its variable.
 */
export function readSettings(
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): DesktopSettings {
  const { values } = parseArgs({
    args: [...argv],
    strict: false,
    options: {
      state: { type: 'string' },
      root: { type: 'string' },
      socket: { type: 'string' },
      'stop-engine-on-exit': { type: 'boolean' },
    },
  })
  const text = (value: unknown, variable: string) =>
    typeof value === 'string' && value !== '' ? value : env[variable] || undefined
  const state = path.resolve(text(values.state, 'LONGSHORE_STATE') ?? path.join(stateHome(env), 'longshore'))
  const root = text(values.root, 'LONGSHORE_ROOT')
  const socket = text(values.socket, 'LONGSHORE_SOCKET')
  return {
    state,
    serviceArgs: [
      ...['--state', state],
      ...(root === undefined ? [] : ['--root', path.resolve(root)]),
      ...(socket === undefined ? [] : ['--socket', path.resolve(socket)]),
      ...(values['stop-engine-on-exit'] === true ? ['--stop-engine-on-exit'] : []),
    ],
  }
}

/** The user's folder for state: the XDG one, and the places that macOS and Windows have for the same. */
function stateHome(env: Readonly<Record<string, string | undefined>>): string {
  if (process.platform === 'darwin') return path.join(os.homedir(), 'Library/Application Support')
  if (process.platform === 'win32') return env.LOCALAPPDATA ?? path.join(os.homedir(), 'AppData/Local')
  return env.XDG_STATE_HOME || path.join(os.homedir(), '.local/state')
}

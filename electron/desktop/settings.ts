/** What the desktop shell is told at its start: where its state lies and which engine is the embedded one. */
import os from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'

/** The folders and flags of one start. Absolute paths. */
export interface DesktopSettings {
  /** The application's state folder; Chromium's own profile lies in `window` below it. */
  readonly state: string
  /** The embedded engine's folder and socket. */
  readonly root: string
  readonly socket: string
  /** For tests: the embedded engine ends with the application. */
  readonly stopEngineOnExit: boolean
}

type Environment = Readonly<Record<string, string | undefined>>

/**
 * Reads the command line and the environment: a flag wins over its variable, and that over the system's folder.
 * Flags that are not Longshore's are Chromium's and are left to it.
 */
export function readSettings(
  argv: readonly string[],
  env: Environment,
  uid = process.getuid?.() ?? -1,
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
  const choose = (flag: unknown, variable: string, otherwise: () => string) =>
    path.resolve((typeof flag === 'string' && flag) || env[variable] || otherwise())
  return {
    state: choose(values.state, 'LONGSHORE_STATE', () => path.join(stateHome(env), 'longshore')),
    root: choose(values.root, 'LONGSHORE_ROOT', () => engineRoot(env, uid)),
    socket: choose(values.socket, 'LONGSHORE_SOCKET', () => engineSocket(env, uid)),
    stopEngineOnExit: values['stop-engine-on-exit'] === true,
  }
}

/** The user's folder for state: the XDG one, and the places that macOS and Windows have for the same. */
function stateHome(env: Environment): string {
  if (process.platform === 'darwin') return path.join(os.homedir(), 'Library/Application Support')
  if (process.platform === 'win32') return env.LOCALAPPDATA ?? path.join(os.homedir(), 'AppData/Local')
  return env.XDG_STATE_HOME || path.join(os.homedir(), '.local/state')
}

function engineRoot(env: Environment, uid: number): string {
  if (uid === 0) return '/var/lib/longshore'
  return path.join(env.XDG_DATA_HOME || path.join(os.homedir(), '.local/share'), 'longshore')
}

function engineSocket(env: Environment, uid: number): string {
  if (uid === 0) return '/run/longshore/engine.sock'
  return path.join(env.XDG_RUNTIME_DIR || `/run/user/${uid}`, 'longshore/engine.sock')
}

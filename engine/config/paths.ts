/** Where an engine keeps what: everything follows from its root. */
import { createHash } from 'node:crypto'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'

/** Paths of one engine. */
export interface EnginePaths {
  readonly root: string
  readonly database: string
  readonly lock: string
  readonly store: string
  readonly volumes: string
  readonly containers: string
  /** What does not survive a reboot: bundles, exit files, namespaces. On a tmpfs. */
  readonly state: string
  /** Names this engine on the host where only few characters fit. */
  readonly tag: string
}

/** Environment of a process, as far as paths follow from it. */
export interface PathFacts {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly uid: number
}

export function defaultRoot({ env, uid }: PathFacts): string {
  if (env.LONGSHORE_ROOT) return env.LONGSHORE_ROOT
  if (uid === 0) return '/var/lib/longshore'
  return join(env.XDG_DATA_HOME || join(homedir(), '.local/share'), 'longshore')
}

export function defaultSocket(facts: PathFacts): string {
  return facts.env.LONGSHORE_SOCKET || join(runtimeDirectory(facts), 'engine.sock')
}

/** The layout below `root`; `execRoot` holds the state where it is not in the usual place. */
export function enginePaths(root: string, facts: PathFacts, execRoot?: string): EnginePaths {
  const whole = resolve(root)
  const tag = createHash('sha256').update(whole).digest('hex').slice(0, 8)
  return {
    root: whole,
    database: join(whole, 'engine.db'),
    lock: join(whole, 'engine.lock'),
    store: join(whole, 'store'),
    volumes: join(whole, 'volumes'),
    containers: join(whole, 'containers'),
    state: join(resolve(execRoot ?? runtimeDirectory(facts)), tag),
    tag,
  }
}

function runtimeDirectory({ env, uid }: PathFacts): string {
  if (uid === 0) return '/run/longshore'
  return join(env.XDG_RUNTIME_DIR || `/run/user/${uid}`, 'longshore')
}

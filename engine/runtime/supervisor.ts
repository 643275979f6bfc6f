/** Starts conmon, which starts the OCI runtime, keeps the container's stdio and log, and writes down its exit. */

import type { Readable } from 'node:stream'
import { EngineError } from '../errors.ts'
import { type ChildProcess, spawn } from '../host/spawn.ts'
import { lifeline } from '../host/user-namespace.ts'

/** The programs of one engine, found once. */
export interface Programs {
  readonly conmon: string
  readonly runtime: 'crun' | 'runc'
  readonly runtimePath: string
  /** What conmon runs, with its leading arguments: the runtime, or our wrapper of it on hybrid cgroup hosts. */
  readonly call: readonly [string, ...string[]]
  readonly helper: string
}

/** What conmon answers on its sync pipe: a pid, an exit code (exec), or -1 with the runtime's words. */
export interface SyncMessage {
  readonly data: number
  readonly message?: string
}

/** Arguments that containers and execs have in common. */
export function conmonArgs(
  programs: Programs,
  options: {
    readonly id: string
    readonly uuid: string
    readonly name: string
    readonly bundle: string
    readonly pidFile: string
    readonly exitDir: string
    readonly runtimeRoot: string
    readonly log: string
    readonly terminal: boolean
    readonly stdin: boolean
    readonly leaveStdinOpen: boolean
  },
): string[] {
  const [program, ...leading] = programs.call
  const args = ['--api-version', '1', '-c', options.id, '-u', options.uuid, '-n', options.name]
  args.push('-r', program, '-b', options.bundle, '-p', options.pidFile, '--exit-dir', options.exitDir)
  args.push('--full-attach', '-l', options.log, '--log-level', 'error', '--no-sync-log')
  for (const arg of [...leading, '--root', options.runtimeRoot]) args.push('--runtime-arg', arg)
  if (options.stdin) args.push('-i')
  if (options.leaveStdinOpen) args.push('--leave-stdin-open')
  if (options.terminal) args.push('-t')
  return args
}

/** The engine's environment without what belongs to other programs' hand-over of descriptors. */
export function conmonEnvironment(extra: Readonly<Record<string, string>>): Record<string, string> {
  const env: Record<string, string> = { PATH: process.env.PATH ?? '/usr/sbin:/usr/bin:/sbin:/bin', ...extra }
  if (process.env.XDG_RUNTIME_DIR) env.XDG_RUNTIME_DIR = process.env.XDG_RUNTIME_DIR
  return env
}

/**
 * Starts conmon with its sync pipe at descriptor 3 and `held` from 4 on, and resolves with its first message.
 * conmon detaches itself; what is left of it here is the pipe, closed before this resolves. What was spawned writes the
 * supervisor's pid file and ends, on a busy machine only after the detached one has answered: that is waited for.
 */
export async function superviseCreate(
  programs: Programs,
  args: readonly string[],
  cwd: string,
  held: readonly number[],
): Promise<SyncMessage> {
  // As long as a supervisor runs, so do the namespaces of an engine without root.
  const line = lifeline()
  const child = spawn(programs.conmon, args, {
    cwd,
    env: conmonEnvironment({ _OCI_SYNCPIPE: '3' }),
    stdio: ['ignore', 'ignore', 'pipe', 'pipe', ...(line === null ? [] : [line]), ...held],
  })
  const detached = new Promise((resolve) => child.once('exit', resolve))
  const sync = new SyncReader(child)
  try {
    const answer = await sync.next()
    await detached
    return answer
  } finally {
    sync.close()
  }
}

/** Reads conmon's messages, a JSON line each, from descriptor 3 of a child. */
export class SyncReader {
  readonly #pipe: Readable
  readonly #child: ChildProcess
  #text = ''
  #said = ''
  #waiting: { resolve: (message: SyncMessage) => void; reject: (error: Error) => void } | null = null
  #failure: Error | null = null

  constructor(child: ChildProcess) {
    this.#child = child
    this.#pipe = child.stdio[3] as Readable
    this.#pipe.on('data', (chunk: Buffer) => {
      this.#text += chunk.toString('utf8')
      this.#deliver()
    })
    this.#pipe.on('error', () => {}) // `close` follows
    this.#pipe.on('close', () => this.#fail())
    child.stderr?.on('data', (chunk: Buffer) => {
      this.#said = (this.#said + chunk.toString('utf8')).slice(-4000)
    })
    child.on('error', (cause) => {
      this.#failure ??= new EngineError('unavailable', `cannot run ${child.spawnfile}: ${cause.message}`, {
        cause,
      })
      this.#fail()
    })
  }

  /** The next message. Throws `internal` when conmon ends without one. */
  next(): Promise<SyncMessage> {
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject }
      this.#deliver()
      if (this.#failure) this.#fail()
    })
  }

  /** Lets go of the pipes; conmon ignores that nobody listens. */
  close(): void {
    this.#pipe.destroy()
    this.#child.stderr?.destroy()
  }

  #deliver(): void {
    const end = this.#text.indexOf('\n')
    if (end < 0 || !this.#waiting) return
    const line = this.#text.slice(0, end)
    this.#text = this.#text.slice(end + 1)
    const { resolve, reject } = this.#waiting
    this.#waiting = null
    try {
      const message = JSON.parse(line) as SyncMessage & { pid?: number }
      resolve({ ...message, data: message.data ?? message.pid ?? -1 })
    } catch (cause) {
      reject(new EngineError('internal', `the supervisor conmon said what is no message: ${line}`, { cause }))
    }
  }

  #fail(): void {
    const words = this.#said.trim()
    this.#failure ??= new EngineError(
      'internal',
      `the supervisor conmon ended without an answer${words ? `: ${words}` : ''}`,
    )
    this.#waiting?.reject(this.#failure)
    this.#waiting = null
  }
}

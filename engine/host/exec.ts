/**
 * Host: the only folder that runs privileged programs and touches the kernel's files (mounts, namespaces, cgroups).
 * This file is the one door through which the engine runs a program and waits for it.
 * Callers declare the exit codes that they expect; everything else throws with program, arguments, code and output.
 */
import { spawn } from 'node:child_process'
import { EngineError, type ErrorKind } from '../errors.ts'

/** How to run one program. */
export interface RunOptions {
  /** Bytes for its stdin; without them stdin is /dev/null. */
  readonly input?: string | Uint8Array
  /** The whole environment; without it, the engine's own. */
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly cwd?: string
  /** Exit codes that are answers and not failures; `[0]` when left out. */
  readonly expectExit?: readonly number[]
  /** Aborting kills the program (SIGKILL) and throws `cancelled`. */
  readonly signal?: AbortSignal
  /** Milliseconds after which the program is killed and `unavailable` is thrown; without it there is no limit. */
  readonly timeoutMs?: number
}

/** What a program answered. Output is decoded as UTF-8, each stream kept to its last 4 MiB. */
export interface RunResult {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** Output beyond this is dropped from the front: no caller needs more, and a babbling program must not fill memory. */
const KEPT_BYTES = 4 * 1024 * 1024

/** A program's unexpected end: not started, exit code not declared, killed. */
export class ExecError extends EngineError {
  readonly program: string
  readonly args: readonly string[]
  /** Exit code, or null when it never started or died of a signal. */
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string

  constructor(
    kind: ErrorKind,
    message: string,
    details: {
      readonly program: string
      readonly args: readonly string[]
      readonly code: number | null
      readonly stdout?: string
      readonly stderr?: string
      readonly cause?: unknown
    },
  ) {
    super(kind, message, { cause: details.cause })
    this.name = 'ExecError'
    this.program = details.program
    this.args = details.args
    this.code = details.code
    this.stdout = details.stdout ?? ''
    this.stderr = details.stderr ?? ''
  }
}

/**
 * Runs `program` without a shell and resolves when it has ended and its output is read.
 * Throws `ExecError`: `unavailable` when it is not installed or took longer than `timeoutMs`, `cancelled` when
 * `signal` aborted, `internal` for an exit that `expectExit` does not name or a death by signal.
 */
export function run(program: string, args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  return new Promise((resolve, reject) => {
    if (options.signal?.aborted) {
      reject(new ExecError('cancelled', `${program} was not run: cancelled`, { program, args, code: null }))
      return
    }
    const child = spawn(program, args, {
      cwd: options.cwd,
      env: options.env,
      stdio: [options.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    })
    let stopped: 'cancelled' | 'unavailable' | null = null
    const stop = (kind: 'cancelled' | 'unavailable') => {
      stopped ??= kind
      child.kill('SIGKILL')
    }
    const onAbort = () => stop('cancelled')
    options.signal?.addEventListener('abort', onAbort, { once: true })
    const timer =
      options.timeoutMs === undefined ? null : setTimeout(() => stop('unavailable'), options.timeoutMs)
    const finish = () => {
      options.signal?.removeEventListener('abort', onAbort)
      if (timer) clearTimeout(timer)
    }

    const stdout = tail(child.stdout as NodeJS.ReadableStream)
    const stderr = tail(child.stderr as NodeJS.ReadableStream)
    if (options.input !== undefined && child.stdin) {
      // A program may end without reading all of its input; its exit code says whether that was well.
      child.stdin.on('error', () => {})
      child.stdin.end(options.input)
    }

    child.on('error', (cause: NodeJS.ErrnoException) => {
      finish()
      const missing = cause.code === 'ENOENT'
      const message = missing
        ? `cannot run ${program}: it is not installed or not in PATH (or the folder ${options.cwd ?? process.cwd()} is gone)`
        : `cannot run ${program}: ${cause.message}`
      reject(new ExecError('unavailable', message, { program, args, code: null, cause }))
    })
    child.on('close', (code, signalName) => {
      finish()
      const out = stdout()
      const err = stderr()
      const details = { program, args, code, stdout: out, stderr: err }
      if (stopped === 'cancelled') {
        reject(new ExecError('cancelled', `${describe(program, args)} was cancelled`, details))
      } else if (stopped === 'unavailable') {
        const message = `${describe(program, args)} did not end within ${options.timeoutMs} ms and was killed`
        reject(new ExecError('unavailable', message, details))
      } else if (code === null) {
        reject(new ExecError('internal', `${describe(program, args)} was killed by ${signalName}`, details))
      } else if (!(options.expectExit ?? [0]).includes(code)) {
        const words = (err.trim() || out.trim()).slice(-2000)
        const message = `${describe(program, args)} failed with exit code ${code}${words ? `: ${words}` : ''}`
        reject(new ExecError('internal', message, details))
      } else {
        resolve({ code, stdout: out, stderr: err })
      }
    })
  })
}

/** The command as one line for a message, cut to a readable length. */
function describe(program: string, args: readonly string[]): string {
  const line = [program, ...args].join(' ')
  return line.length > 300 ? `${line.slice(0, 300)}...` : line
}

/** Collects a stream, keeping its end. */
function tail(stream: NodeJS.ReadableStream): () => string {
  let chunks: Buffer[] = []
  let size = 0
  stream.on('data', (chunk: Buffer) => {
    chunks.push(chunk)
    size += chunk.length
    if (size > 2 * KEPT_BYTES) {
      const kept = Buffer.concat(chunks).subarray(-KEPT_BYTES)
      chunks = [kept]
      size = kept.length
    }
  })
  return () => Buffer.concat(chunks).subarray(-KEPT_BYTES).toString('utf8')
}

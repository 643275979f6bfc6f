/** Starts the embedded engine when its socket does not answer: detached, in its own session, so that it outlives us. */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, open, readFile } from 'node:fs/promises'
import path from 'node:path'
import { pingEngine } from '../../../engine/client/client.ts'
import { ServiceError } from '../failure.ts'
import { pause } from '../live/subject.ts'

export interface EmbeddedOptions {
  /** engine/main.ts, or the packaged bundle. */
  readonly program: string
  /** The Node that runs it. */
  readonly node: string
  readonly root: string
  readonly socket: string
}

/** How long a start may take: recovery of many containers included. */
const PATIENCE_MS = 60_000

/**
 * Starts it and resolves when it answers; `spawned` is told its pid at once, so that it can be stopped while it starts.
 * Throws `unavailable` with the end of its log when it does not answer.
 */
export async function startEmbedded(
  options: EmbeddedOptions,
  tell: (what: string) => void,
  signal: AbortSignal,
  spawned: (pid: number) => void,
): Promise<void> {
  if (!existsSync(options.program)) {
    throw new ServiceError('unavailable', 'this copy of Longshore has no engine of its own', {
      remedy: 'Connect another engine.',
    })
  }
  tell('Starting the engine')
  await mkdir(options.root, { recursive: true, mode: 0o711 })
  const log = path.join(options.root, 'engine.log')
  const pidFile = path.join(options.root, 'engine.pid')
  const output = await open(log, 'a', 0o600)
  const args = [options.program, '--root', options.root, '--socket', options.socket, '--pid-file', pidFile]
  const child = spawn(options.node, args, {
    detached: true,
    stdio: ['ignore', output.fd, output.fd],
    cwd: '/',
  })
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message))
    child.once('exit', (code, by) => resolve(by ? `killed by ${by}` : `exit code ${code}`))
  })
  child.unref()
  if (child.pid !== undefined) spawned(child.pid)
  await output.close()
  let end: string | null = null
  void ended.then((how) => {
    end = how
  })
  const deadline = Date.now() + PATIENCE_MS
  while (Date.now() < deadline && !signal.aborted) {
    // Read first: should it end because another application's engine was quicker, that one answers below.
    const hasEnded = end !== null
    try {
      await pingEngine({ kind: 'unix', path: options.socket }, signal)
      return
    } catch {
      if (hasEnded) break
      await pause(50, signal)
    }
  }
  const why = end === null ? 'it did not answer in time' : `it ended at once (${end})`
  throw new ServiceError('unavailable', `the embedded engine could not be started: ${why}`, {
    cause: new Error(await lastLines(log)),
    remedy: `Read ${log}, or run "longshore engine check" to see what this machine lacks.`,
  })
}

async function lastLines(file: string): Promise<string> {
  const text = await readFile(file, 'utf8').catch(() => '')
  return text.trim().split('\n').slice(-5).join('\n')
}

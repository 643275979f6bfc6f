/** Opens the processes of terminals: a shell by exec, or the container's own by attach. */
import { randomUUID } from 'node:crypto'
import { demux } from '../../../engine/client/frames.ts'
import { isEngineError } from '../../../engine/errors.ts'
import type { Engine } from '../engines/engine.ts'
import { ServiceError } from '../failure.ts'
import { pause } from '../live/subject.ts'
import type { Process } from './session.ts'

const SHELLS = ['bash', 'zsh', 'ash', 'sh'] as const
/** The variable by which the processes of one terminal are known. */
const MARK = 'LONGSHORE_TERMINAL'
/** How long an engine may be away before a terminal gives up on it. */
const PATIENCE_MS = 30_000

/** Runs `command` in a terminal of its own. */
export async function openExec(
  engine: Engine,
  container: string,
  command: readonly string[],
  user: string | undefined,
  size: { readonly rows: number; readonly cols: number },
): Promise<Process> {
  const { exec } = engine.client
  const mark = `${MARK}=${randomUUID()}`
  const id = await exec.create(container, {
    command,
    terminal: true,
    stdin: true,
    user,
    environment: ['TERM=xterm-256color', 'COLORTERM=truecolor', mark],
  })
  const stream = await exec.start(id, { terminal: true })
  const resize = async (rows: number, cols: number) => {
    try {
      await engine.client.exec.resize(id, rows, cols)
    } catch (error) {
      // A process that has just ended needs no size.
      if (!isEngineError(error)) throw error
    }
  }
  await resize(size.rows, size.cols)
  return { stream, resize, ended: () => endOfExec(engine, id), hangUp: () => hangUp(engine, container, mark) }
}

async function endOfExec(engine: Engine, id: string): ReturnType<Process['ended']> {
  const deadline = Date.now() + PATIENCE_MS
  for (;;) {
    try {
      const { Running: running, ExitCode: exitCode } = await engine.client.exec.inspect(id)
      if (!running) return { exitCode, reason: null }
      return { exitCode: null, reason: 'the engine ended the connection; the process may still run' }
    } catch (error) {
      if (!isEngineError(error)) throw error
      const away = error.kind === 'unavailable'
      if (!away || Date.now() > deadline) {
        return {
          exitCode: null,
          reason: away ? error.message : 'the engine was restarted and forgot this session',
        }
      }
      await pause(200, undefined)
    }
  }
}

/**
 * Ends what runs in a terminal that is closed. Docker's API cannot: the processes of an exec outlive its connection.
 * So another exec looks for the mark that they inherited and sends each the hangup that a closing terminal sends.
 */
async function hangUp(engine: Engine, container: string, mark: string): Promise<void> {
  const script =
    `for e in /proc/[0-9]*/environ; do grep -q '${mark}' "$e" 2>/dev/null && p="\${e#/proc/}" && ` +
    `kill -HUP "\${p%/environ}" 2>/dev/null; done; exit 0`
  const { exec } = engine.client
  const id = await exec.create(container, { command: ['sh', '-c', script], terminal: false, stdin: false })
  const stream = await exec.start(id, { terminal: false })
  stream.on('error', () => {}).resume()
}

/** Attaches to the terminal that the container was started with; attaches again when its engine was away. */
export async function openAttach(engine: Engine, container: string, logs: boolean): Promise<Process> {
  const stream = await engine.client.containers.attach(container, { logs })
  return {
    stream,
    resize: (rows, cols) => engine.client.containers.resize(container, rows, cols),
    ended: () => endOfAttach(engine, container),
  }
}

async function endOfAttach(engine: Engine, container: string): ReturnType<Process['ended']> {
  const deadline = Date.now() + PATIENCE_MS
  for (;;) {
    try {
      const { State: state } = await engine.client.containers.inspect(container)
      if (!state.Running) return { exitCode: state.ExitCode, reason: null }
      return await openAttach(engine, container, false)
    } catch (error) {
      if (!isEngineError(error)) throw error
      if (error.kind === 'not-found') return { exitCode: null, reason: 'the container was removed' }
      if (Date.now() > deadline) return { exitCode: null, reason: error.message }
      await pause(200, undefined)
    }
  }
}

/** The first shell that the container has, found by one exec. Throws `not-found` when it has none. */
export async function findShell(
  engine: Engine,
  container: string,
  user: string | undefined,
): Promise<string> {
  const { exec } = engine.client
  const script = `for s in ${SHELLS.join(' ')}; do command -v $s && exit 0; done; exit 1`
  const noShell = (cause?: unknown) =>
    new ServiceError('not-found', 'This container has no shell (bash, zsh, ash or sh).', {
      remedy: 'Open a terminal with a command that the image has.',
      cause,
    })
  let id: string
  try {
    id = await exec.create(container, { command: ['sh', '-c', script], terminal: false, stdin: false, user })
    const stream = await exec.start(id, { terminal: false })
    stream.end()
    let out = ''
    for await (const output of demux(stream, false)) {
      if (output.stream === 'stdout') out += Buffer.from(output.bytes).toString()
    }
    const shell = out.trim().split('\n')[0] ?? ''
    if (shell.startsWith('/')) return shell
    const found = SHELLS.find((name) => name === shell)
    if (found) return found
  } catch (error) {
    if (
      isEngineError(error) &&
      /executable file not found|no such file|not found in \$PATH|126|127/i.test(error.message)
    ) {
      throw noShell(error)
    }
    throw error
  }
  throw noShell()
}

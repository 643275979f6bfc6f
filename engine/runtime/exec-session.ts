/** Further processes in a running container, each with a conmon of its own. */

import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { EngineError } from '../errors.ts'
import { identify, killGroup } from '../host/process.ts'
import { spawn } from '../host/spawn.ts'
import { attachFlags, attachmentOf } from './attachment.ts'
import { resizeTerminal } from './control.ts'
import { startFailure } from './failure.ts'
import type { ExecProcess } from './runtime.ts'
import { serializeSpec } from './spec/build-spec.ts'
import type { OciProcess } from './spec/oci-spec.ts'
import { conmonArgs, conmonEnvironment, type Programs, SyncReader } from './supervisor.ts'

/** Where and how an exec runs. */
export interface ExecPlace {
  readonly containerId: string
  readonly execId: string
  /** Made for this exec and removed after it. */
  readonly directory: string
  readonly runtimeRoot: string
}

/**
 * Starts `process` in the container. With `attach`, one helper starts conmon and is its client, connected before
 * the process starts; without, conmon runs alone. Throws `invalid` in Docker's words when the program cannot start.
 */
export async function startExec(
  programs: Programs,
  place: ExecPlace,
  process: OciProcess,
  options: { readonly stdin: boolean; readonly attach: boolean },
): Promise<ExecProcess> {
  const spec = join(place.directory, 'process.json')
  const exits = join(place.directory, 'exits')
  await mkdir(exits, { recursive: true, mode: 0o700 })
  await writeFile(spec, serializeSpec(process), { mode: 0o600 })
  const args = conmonArgs(programs, {
    id: place.containerId,
    uuid: place.execId,
    name: place.execId,
    bundle: place.directory,
    pidFile: join(place.directory, 'pidfile'),
    exitDir: exits,
    runtimeRoot: place.runtimeRoot,
    log: 'none',
    terminal: process.terminal,
    stdin: options.stdin,
    leaveStdinOpen: false,
  })
  args.push('-e', '--exec-process-spec', spec)
  const choice = { terminal: process.terminal, stdin: options.stdin, stdout: true, stderr: true }
  const child = options.attach
    ? spawn(
        programs.helper,
        [
          'exec',
          ...attachFlags(choice),
          '--',
          join(place.directory, 'attach'),
          programs.conmon,
          ...args,
          '--exec-attach',
        ],
        { cwd: place.directory, env: conmonEnvironment({}), stdio: ['pipe', 'pipe', 'pipe', 'pipe'] },
      )
    : spawn(programs.conmon, args, {
        cwd: place.directory,
        env: conmonEnvironment({ _OCI_SYNCPIPE: '3' }),
        stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
      })
  if (options.attach && !options.stdin) child.stdin?.end()
  const attachment = options.attach ? attachmentOf(child, options.stdin) : null
  const sync = new SyncReader(child)
  const clear = () => rm(place.directory, { recursive: true, force: true })
  let pid: number
  try {
    const started = await sync.next()
    if (started.data < 0) throw startFailure('exec', programs.runtime, started.message ?? '', process.args)
    pid = started.data
  } catch (error) {
    sync.close()
    attachment?.detach()
    await clear()
    throw error
  }
  const identity = identify(pid)
  const exit = sync
    .next()
    .then(({ data }) => data)
    .catch(async (cause) => {
      // conmon was killed, or the pipe broke: its file may still tell.
      const text = await readFile(join(exits, place.containerId), 'utf8').catch(() => '')
      if (/^\d+$/.test(text.trim())) return Number(text)
      throw new EngineError(
        'internal',
        `the exit code of exec ${place.execId} is lost: its supervisor ended`,
        {
          cause,
        },
      )
    })
    .finally(() => {
      sync.close()
      return clear()
    })
  exit.catch(() => {}) // a caller that only starts it need not listen
  return {
    pid,
    exit,
    attachment,
    kill: () => {
      if (identity) killGroup(identity)
    },
    resize: (rows, cols) => resizeTerminal(join(place.directory, 'ctl'), rows, cols),
  }
}

/** Execs: further processes in running containers. They live as long as this engine's memory of them. */
import { randomBytes } from 'node:crypto'
import { PassThrough } from 'node:stream'
import type { ExecCreateRequest, ExecInspect, ExecStartRequest } from '../../api/exec.ts'
import { EngineError } from '../../errors.ts'
import { startFailureCode } from '../../runtime/failure.ts'
import type { ExecProcess, ProcessSettings } from '../../runtime/runtime.ts'
import type { AttachedStream } from './attach.ts'
import type { Container } from './container.ts'
import { DetachKeys, parseDetachKeys } from './detach-keys.ts'
import { endingAfter } from './ending-after.ts'
import { refuseRestarting } from './lifecycle.ts'
import { frameHeader } from './logs/render.ts'
import { securityOptions } from './options/security.ts'
import type { Parts } from './parts.ts'

/** What an exec has become. */
type ExecLife =
  | { readonly kind: 'created' }
  | { readonly kind: 'starting' }
  | { readonly kind: 'running'; readonly process: ExecProcess }
  | { readonly kind: 'exited'; readonly code: number; readonly pid: number }

/** A stream that is promised, of a kind that is known. It never fails: what goes wrong is told in it. */
export interface ComingStream {
  readonly terminal: boolean
  readonly stream: Promise<AttachedStream>
}

/** How many execs that have ended are remembered for who asks for their code. */
const ENDED_KEPT = 256

interface Exec {
  readonly id: string
  readonly container: Container
  readonly request: ExecCreateRequest
  readonly args: readonly string[]
  /** The container's process at the time: an exec does not outlive it. */
  readonly startedAt: string
  life: ExecLife
}

export class Execs {
  readonly #parts: Parts
  readonly #execs = new Map<string, Exec>()
  /** Ids of those that have ended, oldest first. */
  readonly #ended: string[] = []

  constructor(parts: Parts) {
    this.#parts = parts
  }

  /** Prepares an exec. Throws `conflict` unless the container runs. */
  async create(name: string, request: ExecCreateRequest): Promise<{ readonly Id: string }> {
    const container = this.#parts.registry.find(name)
    const args = typeof request.Cmd === 'string' ? [request.Cmd] : (request.Cmd ?? [])
    if (args.length === 0) throw new EngineError('invalid', 'No exec command specified')
    const startedAt = runningSince(container)
    parseDetachKeys(request.DetachKeys ?? '')
    const id = randomBytes(32).toString('hex')
    this.#forgetOld(container, startedAt)
    this.#execs.set(id, { id, container, request, args, startedAt, life: { kind: 'created' } })
    container.execs.add(id)
    this.#emit(id, `exec_create: ${args.join(' ')}`)
    return { Id: id }
  }

  /**
   * Runs it. Null when it is detached, and then it runs once this resolves; else the stream is still coming, so that
   * the client has its answer's head before the first output. A program that cannot run is told in the stream, with
   * its code in inspect.
   */
  async start(id: string, start: ExecStartRequest): Promise<ComingStream | null> {
    const exec = this.#find(id)
    if (exec.life.kind === 'exited') {
      throw new EngineError('conflict', `Error: Exec command ${id} has already run`)
    }
    if (exec.life.kind !== 'created') {
      throw new EngineError('conflict', `Error: Exec command ${id} is already running`)
    }
    runningSince(exec.container)
    exec.life = { kind: 'starting' }
    this.#emit(id, `exec_start: ${exec.args.join(' ')}`)
    if (!start.Detach)
      return { terminal: exec.request.Tty ?? false, stream: this.#launch(exec, start, false) }
    await this.#launch(exec, start, true)
    return null
  }

  async #launch(exec: Exec, start: ExecStartRequest, detach: boolean): Promise<AttachedStream> {
    const { id } = exec
    try {
      const process = await this.#run(exec, start, detach)
      exec.life = { kind: 'running', process }
      void process.exit.then(
        (code) => this.#end(exec, code, process.pid),
        (error: unknown) => {
          this.#parts.report(error, `the end of exec ${id}`)
          this.#end(exec, 255, process.pid)
        },
      )
      return this.#attached(exec, process)
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error)
      this.#end(exec, startFailureCode(message), 0)
      if (detach) throw error
      return failureStream(message, exec.request.Tty ?? false)
    }
  }

  async resize(id: string, rows: number, cols: number): Promise<void> {
    const { life } = this.#find(id)
    if (life.kind !== 'running') throw new EngineError('conflict', `exec ${id} is not running`)
    await life.process.resize(rows, cols)
  }

  inspect(id: string): ExecInspect {
    const { life, request, args, container } = this.#find(id)
    return {
      ID: id,
      Running: life.kind === 'running' || life.kind === 'starting',
      ExitCode: life.kind === 'exited' ? life.code : null,
      ProcessConfig: {
        tty: request.Tty ?? false,
        entrypoint: args[0] ?? '',
        arguments: args.slice(1),
        privileged: request.Privileged ?? false,
        ...(request.User ? { user: request.User } : {}),
      },
      OpenStdin: request.AttachStdin ?? false,
      OpenStderr: request.AttachStderr ?? false,
      OpenStdout: request.AttachStdout ?? false,
      CanRemove: false,
      ContainerID: container.id,
      DetachKeys: request.DetachKeys ?? '',
      Pid: life.kind === 'running' ? life.process.pid : life.kind === 'exited' ? life.pid : 0,
    }
  }

  #find(id: string): Exec {
    const exec = this.#execs.get(id)
    if (!exec || exec.container.phase === 'gone') {
      throw new EngineError('not-found', `No such exec instance: ${id}`)
    }
    return exec
  }

  async #run(exec: Exec, start: ExecStartRequest, detach: boolean): Promise<ExecProcess> {
    const { container, request } = exec
    const rootfs = await this.#parts.store.mountRootfs(container.id, container.definition.diffIds)
    const size = start.ConsoleSize ?? request.ConsoleSize ?? null
    return this.#parts.runtime.exec(container.id, exec.id, processSettings(container, exec, size), {
      stdin: !detach && (request.AttachStdin ?? false),
      attach: !detach,
      rootfs: rootfs.path,
    })
  }

  #attached(exec: Exec, process: ExecProcess): AttachedStream {
    const { attachment } = process
    const terminal = exec.request.Tty ?? false
    if (!attachment) return silentStream(terminal)
    // A client asks for the exit code once the stream has ended, so that it must be known by then.
    const output = endingAfter(attachment.output, process.exit)
    const input = exec.request.AttachStdin ? attachment.input : null
    const detach = () => attachment.detach()
    if (!terminal || !input) return { terminal, output, input, detach }
    const escaping = new DetachKeys(parseDetachKeys(exec.request.DetachKeys ?? ''), () => {
      this.#emit(exec.id, 'exec_detach')
      attachment.detach()
    })
    escaping.pipe(input)
    return { terminal, output, input: escaping, detach }
  }

  #end(exec: Exec, code: number, pid: number): void {
    exec.life = { kind: 'exited', code, pid }
    exec.container.execs.delete(exec.id)
    this.#emit(exec.id, 'exec_die', { exitCode: String(code) })
    this.#ended.push(exec.id)
    const oldest = this.#ended.length > ENDED_KEPT ? this.#ended.shift() : undefined
    if (oldest !== undefined) this.#execs.delete(oldest)
  }

  #emit(id: string, action: string, more: Readonly<Record<string, string>> = {}): void {
    const container = this.#execs.get(id)?.container
    if (!container) return
    this.#parts.journal.emit('container', action, container.id, container.attributes({ execID: id, ...more }))
  }

  /** Those of a run that is over are of no use to anybody, nor those of containers that are gone. */
  #forgetOld(container: Container, startedAt: string): void {
    for (const [id, exec] of this.#execs) {
      const old = exec.container === container && exec.startedAt !== startedAt
      if (old || exec.container.phase === 'gone') this.#execs.delete(id)
    }
  }
}

/** When it started. Throws `conflict` in Docker's words unless it runs. */
function runningSince(container: Container): string {
  const { life } = container.standing
  refuseRestarting(life, container.id)
  if (life.kind === 'paused') {
    throw new EngineError(
      'conflict',
      `Container ${container.id} is paused, unpause the container before exec`,
    )
  }
  if (life.kind !== 'running') throw new EngineError('conflict', `Container ${container.id} is not running`)
  return life.startedAt
}

/** What a further process of a container runs as. */
export function processSettings(
  container: Container,
  { request, args }: Pick<Exec, 'request' | 'args'>,
  size: readonly [number, number] | null,
): ProcessSettings {
  const { config, host } = container.definition
  const security = securityOptions(host.SecurityOpt ?? [])
  const named = new Set((request.Env ?? []).map((entry) => entry.split('=', 1)[0]))
  const inherited = (config.Env ?? []).filter((entry) => !named.has(entry.split('=', 1)[0]))
  const hostname = inherited.some((entry) => entry.startsWith('HOSTNAME='))
    ? []
    : [`HOSTNAME=${config.Hostname}`]
  return {
    args,
    env: [...hostname, ...inherited, ...(request.Env ?? [])],
    cwd: request.WorkingDir || config.WorkingDir || '/',
    user: request.User || config.User,
    groupAdd: host.GroupAdd ?? [],
    terminal: request.Tty ?? false,
    ...(size && size[0] > 0 && size[1] > 0 ? { consoleSize: { rows: size[0], cols: size[1] } } : {}),
    privileged: request.Privileged || host.Privileged,
    capAdd: host.CapAdd ?? [],
    capDrop: host.CapDrop ?? [],
    // As its container's: what holds there must hold for every process that joins it.
    noNewPrivileges: security.noNewPrivileges,
    // A kernel without AppArmor takes no notice.
    ...(security.apparmor ? { apparmorProfile: security.apparmor } : {}),
    ...(host.OomScoreAdj ? { oomScoreAdj: host.OomScoreAdj } : {}),
    ulimits: (host.Ulimits ?? []).map(({ Name, Soft, Hard }) => ({ name: Name, soft: Soft, hard: Hard })),
  }
}

/** The stream of an exec that no one listens to. */
function silentStream(terminal: boolean): AttachedStream {
  const output = new PassThrough()
  output.end()
  return { terminal, output, input: null, detach: () => undefined }
}

/** As Docker: the error is the output, on stdout. */
function failureStream(message: string, terminal: boolean): AttachedStream {
  const text = Buffer.from(`${message}\r\n`)
  const output = new PassThrough()
  output.end(terminal ? text : Buffer.concat([frameHeader(1, text.length), text]))
  return { terminal, output, input: null, detach: () => undefined }
}

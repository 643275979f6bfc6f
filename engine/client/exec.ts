/** Calls about processes beside a container's own (Docker Engine API, "Exec"). */
import type { Duplex } from 'node:stream'
import type { ExecInspect } from './shapes.ts'
import type { Transport } from './transport.ts'

export interface ExecOptions {
  readonly command: readonly string[]
  readonly terminal: boolean
  readonly stdin: boolean
  readonly user?: string | undefined
  readonly environment?: readonly string[] | undefined
  readonly directory?: string | undefined
  readonly privileged?: boolean | undefined
}

/** Exec of one engine. Every call throws `EngineError`. */
export class Exec {
  readonly #transport: Transport

  constructor(transport: Transport) {
    this.#transport = transport
  }

  /** Prepares a process; answers its id. */
  async create(container: string, options: ExecOptions): Promise<string> {
    const answer = await this.#transport.json<{ readonly Id: string }>(
      'POST',
      `/containers/${encodeURIComponent(container)}/exec`,
      {
        body: {
          Cmd: options.command,
          Tty: options.terminal,
          AttachStdin: options.stdin,
          AttachStdout: true,
          AttachStderr: true,
          User: options.user,
          Env: options.environment,
          WorkingDir: options.directory,
          Privileged: options.privileged,
        },
      },
    )
    return answer.Id
  }

  /** Starts it; the stream is raw with a terminal, framed without. `end()` closes its stdin alone. */
  start(id: string, options: { readonly terminal: boolean }): Promise<Duplex> {
    return this.#transport.hijack(`/exec/${id}/start`, { body: { Detach: false, Tty: options.terminal } })
  }

  /** Starts it and leaves it to itself. */
  async startDetached(id: string): Promise<void> {
    await this.#transport.json('POST', `/exec/${id}/start`, { body: { Detach: true } })
  }

  resize(id: string, rows: number, cols: number): Promise<void> {
    return this.#transport.json('POST', `/exec/${id}/resize`, { query: { h: rows, w: cols } })
  }

  inspect(id: string): Promise<ExecInspect> {
    return this.#transport.json('GET', `/exec/${id}/json`)
  }
}

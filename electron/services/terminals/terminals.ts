/** Every open terminal. They belong here, not to a page: a reload finds them as they are. */
import { randomUUID } from 'node:crypto'
import type { TerminalMessage, TerminalView } from '../../contract/terminals.ts'
import { line } from '../containers/words.ts'
import type { Engines } from '../engines/engines.ts'
import { explained, ServiceError } from '../failure.ts'
import { Subject } from '../live/subject.ts'
import type { CommandLog } from '../settings/command-log.ts'
import { findShell, openAttach, openExec } from './processes.ts'
import { Session } from './session.ts'

export interface OpenOptions {
  readonly engine: string
  readonly container: string
  readonly kind: 'exec' | 'attach'
  readonly command?: readonly string[] | undefined
  readonly user?: string | undefined
  readonly rows: number
  readonly cols: number
}

export class Terminals {
  readonly #engines: Engines
  readonly #log: CommandLog
  readonly #sessions = new Map<string, Session>()
  readonly #views = new Subject<readonly TerminalView[]>([])

  constructor(engines: Engines, log: CommandLog) {
    this.#engines = engines
    this.#log = log
  }

  watch(signal: AbortSignal | undefined): AsyncGenerator<readonly TerminalView[], void, undefined> {
    return this.#views.watch(signal)
  }

  async open(options: OpenOptions): Promise<TerminalView> {
    const engine = this.#engines.get(options.engine)
    const inspect = await explained('open a terminal', () =>
      engine.client.containers.inspect(options.container),
    )
    const name = inspect.Name.replace(/^\//, '')
    if (!inspect.State.Running) {
      throw new ServiceError('conflict', `Cannot open a terminal: container ${name} does not run.`, {
        remedy: 'Start it first.',
      })
    }
    if (options.kind === 'attach' && !inspect.Config.Tty) {
      throw new ServiceError('conflict', `Container ${name} was not started with a terminal of its own.`, {
        remedy: 'Open a shell in it instead.',
      })
    }
    return explained(`open a terminal in ${name}`, async () => {
      const command = await this.#commandOf(options)
      const words =
        options.kind === 'attach'
          ? ['attach', name]
          : ['exec', '-it', ...userFlag(options.user), name, ...command]
      const process = await this.#log.note(options.engine, line(['docker', ...words]), () =>
        options.kind === 'attach'
          ? openAttach(engine, inspect.Id, true)
          : openExec(engine, inspect.Id, command, options.user, options),
      )
      const fixed = {
        id: randomUUID(),
        engine: options.engine,
        container: inspect.Id,
        containerName: name,
        command,
        kind: options.kind,
      }
      const session = new Session(fixed, options, process, () => this.#publish())
      this.#sessions.set(fixed.id, session)
      if (options.kind === 'attach') await process.resize(options.rows, options.cols).catch(() => {})
      this.#publish()
      return session.view
    })
  }

  attach(id: string, signal: AbortSignal | undefined): AsyncGenerator<TerminalMessage, void, undefined> {
    return this.#get(id).attach(signal)
  }

  write(id: string, data: string): Promise<void> {
    return this.#get(id).write(data)
  }

  resize(id: string, rows: number, cols: number): Promise<void> {
    return this.#get(id).resize(rows, cols)
  }

  close(id: string): void {
    this.#get(id).close()
    this.#sessions.delete(id)
    this.#publish()
  }

  closeAll(): void {
    for (const session of this.#sessions.values()) session.close()
  }

  async #commandOf(options: OpenOptions): Promise<readonly string[]> {
    if (options.kind === 'attach') return []
    if (options.command && options.command.length > 0) return options.command
    return [await findShell(this.#engines.get(options.engine), options.container, options.user)]
  }

  #get(id: string): Session {
    const session = this.#sessions.get(id)
    if (!session) throw new ServiceError('not-found', 'That terminal was closed.')
    return session
  }

  #publish(): void {
    this.#views.set([...this.#sessions.values()].map((session) => session.view))
  }
}

function userFlag(user: string | undefined): string[] {
  return user ? ['-u', user] : []
}

/**
 * Keeps the services process running beside the windows. When it ends by itself it is started again, and the windows
 * are told that their ports are dead; what a person was doing in a container goes on, because the engine and its
 * containers are processes of their own.
 */
import type { ForkOptions, MessagePortMain, UtilityProcess } from 'electron'
import { MessageChannelMain, utilityProcess } from 'electron'

/** Main process to services process. A port for a window travels with `window`. */
export type ToServices = { readonly kind: 'window'; readonly windowId: number } | { readonly kind: 'stop' }

/** Services process to main process. */
export type FromServices = { readonly kind: 'ready' } | { readonly kind: 'failed'; readonly reason: string }

/** How the services process is started. */
export interface ServicesProgram {
  /** The bundle's path. */
  readonly file: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
}

const FIRST_WAIT_MS = 200
const LONGEST_WAIT_MS = 10_000
/** A process that lived so long had started well, so its end is a new trouble and not the old one again. */
const HEALTHY_AFTER_MS = 30_000
/** How long a polite stop may take: scrollback and settings are written then. */
const STOP_GRACE_MS = 5000

/** The services process, whichever it is at the moment. */
export class ServicesHost {
  readonly #program: ServicesProgram
  readonly #note: (line: string) => void
  #child: UtilityProcess | null = null
  #startedAt = 0
  #failures = 0
  #restart: NodeJS.Timeout | null = null
  #stopping = false
  /** By window: what to call when the process that is running now ends. */
  #lost = new Map<number, () => void>()
  /** Windows that asked while no process was there. */
  #waiting: ((child: UtilityProcess | null) => void)[] = []

  constructor(program: ServicesProgram, note: (line: string) => void) {
    this.#program = program
    this.#note = note
  }

  /** Starts the process. It is kept running from then on, until `stop`. */
  start(): void {
    if (this.#child !== null || this.#stopping) return
    const options: ForkOptions = {
      serviceName: 'Longshore services',
      stdio: 'inherit',
      env: { ...this.#program.env },
    }
    const child = utilityProcess.fork(this.#program.file, [...this.#program.args], options)
    this.#child = child
    this.#startedAt = Date.now()
    child.on('message', (message: unknown) => {
      const said = message as Partial<FromServices> | null
      if (said?.kind === 'failed') this.#note(`the services could not start: ${String(said.reason)}`)
    })
    child.on('exit', (code) => this.#ended(child, code))
    const waiting = this.#waiting
    this.#waiting = []
    for (const resolve of waiting) resolve(child)
  }

  /** A fresh port for a window; `lost` is called once when the process behind it ends. Rejects while stopping. */
  async connect(windowId: number, lost: () => void): Promise<MessagePortMain> {
    const child = this.#child ?? (await this.#next())
    if (child === null || this.#stopping) throw new Error('Longshore is closing')
    const { port1, port2 } = new MessageChannelMain()
    // Messages wait in the process's queue until its code runs, so nothing is lost if it has just been forked.
    child.postMessage({ kind: 'window', windowId } satisfies ToServices, [port1])
    this.#lost.set(windowId, lost)
    return port2
  }

  /** Ends the process: politely, then after a grace by force. Resolves when it is gone. */
  async stop(): Promise<void> {
    this.#stopping = true
    if (this.#restart !== null) clearTimeout(this.#restart)
    for (const resolve of this.#waiting) resolve(null)
    const child = this.#child
    if (child === null) return
    const gone = new Promise<void>((resolve) => {
      child.once('exit', () => resolve())
    })
    child.postMessage({ kind: 'stop' } satisfies ToServices)
    const force = setTimeout(() => child.kill(), STOP_GRACE_MS)
    await gone
    clearTimeout(force)
  }

  #next(): Promise<UtilityProcess | null> {
    if (this.#stopping) return Promise.resolve(null)
    return new Promise((resolve) => {
      this.#waiting.push(resolve)
    })
  }

  #ended(child: UtilityProcess, code: number): void {
    if (this.#child !== child) return
    this.#child = null
    // While stopping, the windows are on their way out and have no one to tell.
    if (this.#stopping) return
    const lost = this.#lost
    this.#lost = new Map()
    for (const tell of lost.values()) tell()
    this.#failures = Date.now() - this.#startedAt >= HEALTHY_AFTER_MS ? 1 : this.#failures + 1
    const wait = Math.min(FIRST_WAIT_MS * 2 ** (this.#failures - 1), LONGEST_WAIT_MS)
    this.#note(`the services ended with ${code}; starting them again in ${wait} ms`)
    this.#restart = setTimeout(() => {
      this.#restart = null
      this.start()
    }, wait)
  }
}
